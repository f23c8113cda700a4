//! What stands below the options of each command's help: examples, which tests run, and the exit statuses.

pub(super) const MAIN_HELP: &str = "\
Examples:
  waxseal check nodemailer               judge the latest release of a package
  waxseal diff nodemailer@7.0.5 7.0.6    what can the newer one newly do?
  waxseal run resend --against 6.0.1     what does it newly do when it runs?
  waxseal run -- npm test                whom does a command reach there?
  waxseal scan                           what is installed here, and is any of it known to be bad?
  waxseal mail report                    who got copies that no header names?
  waxseal db update                      get what is publicly known of malicious packages
  waxseal explain recipients             what a finding means and what to do

Exit status:
  0   nothing at or above --fail-on, and the verdicts complete
  1   findings at or above --fail-on; a hostile or corrupt archive is one
  2   wrong usage or configuration
  3   nothing to check
  4   something could not be looked at or not be had, and nothing worse was found
  70  a fault of waxseal's own";

pub(super) const CHECK_HELP: &str = "\
Examples:
  waxseal check nodemailer
  waxseal check nodemailer@^7 @sendgrid/mail --against previous
  waxseal check ./my-package ./my-package-1.0.0.tgz
  waxseal check pkg:npm/postmark@4.0.5 --format json
  waxseal check resend --output sarif=waxseal.sarif --fail-on block
  waxseal check ./my-package --no-run
  waxseal check --all
  waxseal check --all web/pnpm-lock.yaml --format json

The code is read first, and what is found in it is shown while the package is installed, loaded and made to send mail in the locked room
(see `waxseal run --help`); the report holds both. A machine that can give no room leaves the answer incomplete: `waxseal doctor` says what it
lacks. --no-run, or `run = false` in waxseal.toml, leaves the room out. --against runs both releases.

--all reads every release of a lockfile (npm, pnpm, yarn, bun) and runs none. The hash in the lockfile is compared with the archive the registry
serves. Only what is not allowed is shown, the rest is counted; --verbose shows notes too, the other formats have everything.";

pub(super) const DIFF_HELP: &str = "\
Examples:
  waxseal diff nodemailer@7.0.5 nodemailer@7.0.6
  waxseal diff nodemailer@7.0.5 7.0.6
  waxseal diff ./old-folder ./new-1.0.1.tgz --format markdown
  waxseal diff nodemailer@7.0.5 7.0.6 --run
  waxseal diff nodemailer@7.0.5 7.0.6 --patch";

pub(super) const RUN_HELP: &str = "\
Examples:
  waxseal run nodemailer@7.0.6
  waxseal run nodemailer@7.0.6 --against 7.0.5
  waxseal run ./my-package --save proof
  waxseal run my-mailer --scenario send.mjs
  waxseal run -- npm test
  waxseal run --allow api.postmarkapp.com -- node send.js
  waxseal run --save proof -- npm run build
  waxseal run --no-project -- node --version

A package is installed with its install scripts, then each entry point is loaded and each program started with --help, and
it is made to send mail to recipients that are made up: by a scenario of ours or yours (--scenario), its documentation, its exports. What it
needs is found out and fetched outside, without running anything. Everything runs with no way out: every name it asks for resolves, every connection is answered by a simulated internet, and
nothing real is reached. A command works on a copy of the project: what it changes is thrown away.

With --against both releases run at the same time, each in a room of its own, under the same calls with the same made-up values. Only what one of
them did is reported and decides; what both do is counted. --save keeps the older one's proof beside the newer one's, in FOLDER-older.

Exit status:
  0   nothing at or above --fail-on
  1   findings at or above --fail-on: it sent mail to somebody nobody asked for, changed what it was to send, reached what was not
      allowed, or misused a planted secret. How a command itself ended is shown and does not count
  2   wrong usage or configuration
  4   nothing can be concluded: no room on this machine, the command could not be started, or something was lost
  70  a fault of waxseal's own";

pub(super) const SCAN_HELP: &str = "\
Examples:
  waxseal scan
  waxseal scan ~/projects --format json
  waxseal scan --affected-by 'postmark-mcp@>=1.0.16' /
  waxseal scan --affected-by 'postmark-mcp@>=1.0.16' --vex not-affected.json .
  waxseal scan --verify
  waxseal scan --pin

It starts nothing. It reads lockfiles and node_modules folders below each DIR, and of your own: global installs, the folders of npx, pnpm dlx
and bunx, the package managers' caches, and the configurations from which MCP clients start servers. Of each release that is known to be
malicious (`waxseal db`), or that --affected-by names, it says for each place: present, could have run, or unknown. What could not be read is
named, and the exit status is then 4: that nothing was found says nothing about it.";

pub(super) const MAIL_HELP: &str = "\
Examples:
  waxseal mail report
  waxseal mail learn --questions questions.toml
  waxseal mail learn --apply questions.toml --owner ops@shop.example

A recipient is hidden that is in a mail's envelope and in none of To, Cc, Resent-To and Resent-Cc. Known reasons (journals, lists, self-copies, what was
signed) are taken out by name. Mail that an application hands to a provider over HTTP passes no mail server.";

pub(super) const MAIL_MILTER_HELP: &str = "\
Examples:
  waxseal mail milter --check
  waxseal mail milter
  waxseal mail milter --listen inet:127.0.0.1:8893 --user waxseal --metrics 127.0.0.1:9753

Runs until it is told to end (SIGTERM); SIGHUP has it read the policy anew, and one with a mistake changes nothing. What becomes of mail that
cannot be judged is `on-error` in the policy: accept or tempfail.";

pub(super) const MAIL_RULES_HELP: &str = "\
Examples:
  waxseal mail rules
  waxseal mail rules header-checks
  waxseal mail rules rspamd --domain shop.example --exempt crm@shop.example
  waxseal mail rules postconf --socket inet:127.0.0.1:8893

Each begins with what it sees, what it cannot see, where it goes and how to try it.";

pub(super) const MAIL_ALERTS_HELP: &str = "\
Examples:
  waxseal mail alerts test
  waxseal mail alerts status --state /var/lib/waxseal

Targets are the [[alerts]] of the policy file. The exit status of `test` is 4 where a target did not take it.";

pub(super) const MAIL_LOGS_HELP: &str = "\
Examples:
  waxseal mail logs mail.log --postconf postconf.txt
  waxseal mail logs /var/log --since 7d --state state
  waxseal mail logs --input journald -

A log's rotated and compressed predecessors (.1, -20261120; gzip, zstd, xz) are read with it, in the order of what is in them. Postfix shows whom headers
name only where header_checks log them; without that, what can be told is who is always among the recipients and never the only one.

Ends with 1 where a finding is medium or worse, 4 where something could not be read, 3 where there is no mail.";

pub(super) const MAIL_REPORT_HELP: &str = "\
Examples:
  waxseal mail report
  waxseal mail report --format html --state /var/lib/waxseal
  waxseal mail report --output csv=copies.csv

Ends with 1 where a finding is medium or worse, 3 where nothing was seen yet.";

pub(super) const MAIL_LEARN_HELP: &str = "\
Examples:
  waxseal mail learn
  waxseal mail learn --questions questions.toml
  waxseal mail learn --apply questions.toml --owner ops@shop.example

After a first week the questions are the archives, CRM copies and journals there are. A yes makes them silent, for that application alone.";

pub(super) const DB_HELP: &str = "\
Examples:
  waxseal db update
  waxseal db status
  waxseal db import ours.csv
  waxseal db export --format stix

`waxseal check`, `diff` and `scan` look every release up in it, offline: a release that is listed as malicious is blocked, and every report says how
old the database is. It lies in $XDG_DATA_HOME/waxseal/advisories, else below ~/.local/share.";

pub(super) const DB_UPDATE_HELP: &str = "\
Examples:
  waxseal db update
  waxseal db update --from https://mirror.example/osv/npm/all.zip

Only an archive that has changed is downloaded. Where the source cannot be reached, or what it sends is no whole archive, the database stays as
it is and the exit status is 4. `url` in section [database] of waxseal.toml stands for --from.";

pub(super) const DB_STATUS_HELP: &str = "\
Examples:
  waxseal db status
  waxseal db status --format json

Every record is read once and checked. The exit status is 3 where there is no database, and 4 where one cannot be read.";

pub(super) const DB_IMPORT_HELP: &str = "\
Examples:
  waxseal db import ours.csv
  waxseal db import incident.stix.json --name incident
  waxseal db import malicious-packages/osv
  waxseal db import all.zip
  waxseal db import --remove incident

A .csv holds name, version or range, reason, reference; other lists hold one package URL a line, or are STIX 2.1 bundles. A release that a list
names is blocked. A line that cannot be read leaves everything as it was.";

pub(super) const DB_EXPORT_HELP: &str = "\
Examples:
  waxseal db export --format csv
  waxseal db export --format stix --only incident";

pub(super) const EXPLAIN_HELP: &str = "\
Examples:
  waxseal explain
  waxseal explain recipients
  waxseal explain archive/corrupt";

pub(super) const INIT_HELP: &str = "\
Examples:
  waxseal init";

pub(super) const DOCTOR_HELP: &str = "\
Examples:
  waxseal doctor
  waxseal doctor --offline";

pub(super) const COMPLETIONS_HELP: &str = "\
Examples:
  waxseal completions bash
  waxseal completions fish";

pub(super) const MAN_HELP: &str = "\
Examples:
  waxseal man
  waxseal man --out man1";
