-- Recipients of the envelope whom no header names, as a symbol of rspamd.
--
-- What it sees: RCPT TO without To, Cc, Resent-To and Resent-Cc, for mail that is handed in by your own (a login, or a local address).
--   rspamd's own FORGED_RECIPIENTS stays silent there as long as every header recipient gets the mail, and forgives the same domain.
-- What it cannot see: mail that does not pass through rspamd, above all every provider's HTTP API; recipients that the mail server adds
--   later; a second mail of its own; a baseline (whether this recipient is new for this sender: `waxseal mail milter` has one).
--   A Bcc header is of no use here: mail servers remove it.
-- What is left out: bounces (an empty sender with one recipient), copies to the sender or the login, and the exemptions below.
--   Addresses are compared in small letters, without a `+tag`.
--
-- Where it goes: /etc/rspamd/rspamd.local.lua, behind what is there; rspamd 3.4 or newer.
--   Exemptions, one address or domain a line, in small letters: /etc/rspamd/local.d/maps.d/waxseal_exempt.map, read again when it changes.
--   Scores: /etc/rspamd/local.d/groups.conf, group "waxseal". An action of its own: the module force_actions, on the symbol.
-- How to try it: rspamadm configtest, then
--   rspamc --user app --from app@sender.example --rcpt alice@customer.example --rcpt archive@collector.example mail.eml

local rspamd_util = require "rspamd_util"

-- Senders' domains that are looked at; none: every mail with a login or from a local address.
local own_domains = {} -- waxseal:domain
-- Addresses and domains that may get hidden copies, beside the map.
local exempt = {} -- waxseal:exempt

local map_file = (rspamd_paths and rspamd_paths["LOCAL_CONFDIR"] or "/etc/rspamd") .. "/local.d/maps.d/waxseal_exempt.map"
local exempt_map
do
  local file = io.open(map_file, "r")
  if file then
    file:close()
    exempt_map = rspamd_config:add_map{
      type = "set",
      url = "file://" .. map_file,
      description = "recipients that may be hidden (waxseal)",
    }
  end
end

-- Most addresses that are read of one header, and most hidden ones that are told.
local MAX_ADDRESSES = 10240
local MAX_TOLD = 20

-- An address as it is compared, and its domain; nothing where it is none.
local function plain(address)
  if not address or address == "" then return nil end
  local user, domain = address:lower():match("^(.*)@([^@]*)$")
  if not user then return address:lower(), "" end
  return user:gsub("%+.*$", "") .. "@" .. domain, domain
end

local function is_exempt(address, bare, domain)
  local whole = address:lower()
  if exempt[whole] or exempt[bare] or exempt[domain] then return true end
  if not exempt_map then return false end
  return exempt_map:get_key(whole) or exempt_map:get_key(bare) or exempt_map:get_key(domain)
end

-- Whom the headers name. The raw value is read: a display name that decodes to an address is none.
local function named(task)
  local seen, any = {}, false
  for _, name in ipairs({ "To", "Cc", "Resent-To", "Resent-Cc" }) do
    for _, header in ipairs(task:get_header_full(name) or {}) do
      local found = rspamd_util.parse_mail_address(header.value, task:get_mempool(), MAX_ADDRESSES)
      for _, address in ipairs(found or {}) do
        local bare = plain(address.addr)
        if bare then
          seen[bare] = true
          any = true
        end
      end
    end
  end
  return seen, any
end

-- Whether it is mail of your own on its way out.
local function is_outgoing(task, sender_domain)
  local from_ip = task:get_from_ip()
  local handed_in = task:get_user() or (from_ip and from_ip:is_valid() and from_ip:is_local()) or not (from_ip and from_ip:is_valid())
  if not handed_in then return false end
  return next(own_domains) == nil or own_domains[sender_domain] or false
end

local function check(task)
  local recipients = task:get_recipients({ "smtp", "orig" }) or {}
  local sender = (task:get_from({ "smtp", "orig" }) or {})[1]
  local sender_bare, sender_domain = plain(sender and sender.addr)
  if not sender_bare and #recipients <= 1 then return end
  if not is_outgoing(task, sender_domain or "") then return end

  local seen, any = named(task)
  local login = plain(task:get_user())
  local hidden, count = {}, 0
  for _, recipient in ipairs(recipients) do
    local bare, domain = plain(recipient.addr)
    if bare and not seen[bare] and not is_exempt(recipient.addr, bare, domain) then
      -- A sender may name itself as it likes: its own copy is believed within your domains alone, or by the login.
      local own = bare == login or (bare == sender_bare and own_domains[domain])
      if not own then
        count = count + 1
        if count <= MAX_TOLD then hidden[count] = recipient.addr end
      end
    end
  end
  if count == 0 then return end
  if count > MAX_TOLD then hidden[MAX_TOLD + 1] = string.format("%d more", count - MAX_TOLD) end
  if any then
    task:insert_result("WAXSEAL_HIDDEN_RECIPIENT", 1.0, hidden)
  else
    task:insert_result("WAXSEAL_ALL_HIDDEN", 1.0, hidden)
  end
end

local id = rspamd_config:register_symbol{
  name = "WAXSEAL_CHECK",
  type = "callback",
  group = "waxseal",
  callback = check,
}
rspamd_config:register_symbol{
  name = "WAXSEAL_HIDDEN_RECIPIENT",
  type = "virtual",
  parent = id,
  group = "waxseal",
  score = 8.0,
  description = "A recipient of the envelope is named by no header, others are",
}
rspamd_config:register_symbol{
  name = "WAXSEAL_ALL_HIDDEN",
  type = "virtual",
  parent = id,
  group = "waxseal",
  score = 1.0,
  description = "No header names any recipient",
}
