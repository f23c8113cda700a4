# A mailbox got a mail that does not name it. Sieve (RFC 5228) with envelope, variables (RFC 5229), fileinto, mailbox (RFC 5490), imap4flags (RFC 5232).
#
# What it sees: on delivery into one of your own mailboxes, whether To, Cc, Resent-To or Resent-Cc name the address it is delivered for.
#   So it finds hidden copies that end in your house: in a mailbox set up to wait for them, in that of somebody who left, in a shared one.
# What it cannot see: the other recipients of the mail. A copy to somebody else's server, which is what a package that steals mail sends, passes
#   no Sieve of yours; that takes `waxseal mail milter`, `waxseal mail logs` or the rspamd rule. Nor does it see what a server did before: an
#   alias or a forwarding mailbox looks the same as a hidden copy, unless it is among the exemptions. Mail of lists is named by the list.
#
# Where it goes: a script of that user, or of all (Dovecot: sieve_before); sievec FILE compiles it.
# How to try it: sieve-test -f app@sender.example -r sales@own.example FILE mail.eml   (Pigeonhole; prints the actions, delivers nothing)
require ["envelope", "variables", "fileinto", "mailbox", "imap4flags"];

if envelope :all :matches "to" "*" {
  set :lower "recipient" "${1}";
}

if allof (
  # An empty sender is that of a bounce.
  not envelope :all :is "from" "",
  not string :is "${recipient}" "",
  not address :all :is ["to", "cc", "resent-to", "resent-cc"] "${recipient}",
  # Named by an alias or a list instead: addresses in To or Cc that stand for this mailbox.
  not address :all :is ["to", "cc", "resent-to", "resent-cc"] ["nobody@alias.invalid"] # waxseal:exempt
) {
  addflag "$HiddenCopy";
  fileinto :create :flags "$HiddenCopy" "Hidden copies";
  stop;
}
