-- Drives a server in `hold` mode at SOCKET as Sendmail's own library speaks: every step in turn, with replies read in between where they are due.

-- miltertest does not print what a script ends with.
local function fail(what)
  mt.echo("FAILED " .. what)
  error(what, 0)
end

local function begin(version, actions, steps)
  local conn = mt.connect(SOCKET, 40, 0.05)
  if conn == nil then
    fail("nobody listens at " .. SOCKET)
  end
  local err = mt.negotiate(conn, version, actions, steps)
  if err ~= nil then
    fail("negotiation: " .. err)
  end
  return conn
end

local function client(conn)
  mt.macro(conn, SMFIC_CONNECT, "j", "mail.brightfield.example", "{daemon_name}", "submission")
  if mt.conninfo(conn, "app.brightfield.example", "192.0.2.7") ~= nil then
    fail("conninfo")
  end
end

local function mail(conn, recipients, headers)
  mt.macro(conn, SMFIC_MAIL, "i", "4jX9n95prFz6nKY", "{auth_authen}", "app")
  if mt.mailfrom(conn, "<app@brightfield.example>") ~= nil then
    fail("mailfrom")
  end
  for _, address in ipairs(recipients) do
    if mt.rcptto(conn, address) ~= nil then
      fail("rcptto " .. address)
    end
  end
  for _, header in ipairs(headers) do
    if mt.header(conn, header[1], header[2]) ~= nil then
      fail("header " .. header[1])
    end
  end
end

local function expect(conn, what, held)
  if mt.eom(conn) ~= nil then
    fail(what .. ": no reply at the end of the mail")
  end
  if mt.getreply(conn) ~= SMFIR_CONTINUE then
    fail(what .. ": the last reply is " .. mt.getreply(conn))
  end
  if mt.eom_check(conn, MT_QUARANTINE) ~= held then
    fail(what .. ": held is not " .. tostring(held))
  end
  mt.echo("ok " .. what)
end

local to = { { "From", "app@brightfield.example" }, { "To", "Alice <alice@customer.example>" } }

-- As a present mail server: what is asked for, and what is not.
local conn = begin()
for name, option in pairs({ NOBODY = SMFIP_NOBODY, NOHELO = SMFIP_NOHELO, NODATA = SMFIP_NODATA, NR_HDR = SMFIP_NR_HDR, NR_RCPT = SMFIP_NR_RCPT }) do
  if not mt.test_option(conn, option) then
    fail("did not ask for " .. name)
  end
end
for name, option in pairs({ NORCPT = SMFIP_NORCPT, NOHDRS = SMFIP_NOHDRS, RCPT_REJ = SMFIP_RCPT_REJ }) do
  if mt.test_option(conn, option) then
    fail("asked for " .. name)
  end
end
if not mt.test_action(conn, SMFIF_QUARANTINE) or mt.test_action(conn, SMFIF_CHGBODY) then
  fail("asked for other actions")
end
client(conn)
mail(conn, { "<alice@customer.example>" }, to)
expect(conn, "a recipient whom a header names", false)
-- Several mails over one connection, and one that is given up between them.
mail(conn, { "<alice@customer.example>", "<archive@collector.example>" }, to)
expect(conn, "a recipient only the envelope shows", true)
mail(conn, { "<archive@collector.example>" }, {})
mt.abort(conn)
mail(conn, { "<alice@customer.example>" }, to)
expect(conn, "the mail after one that was given up", false)
local forged = { to[1], to[2], { "X-Waxseal-Hidden", "0" } }
mail(conn, { "<alice@customer.example>" }, forged)
expect(conn, "a forged header", false)
if not mt.eom_check(conn, MT_HDRDELETE, "X-Waxseal-Hidden") then
  fail("the forged header stays")
end
mt.disconnect(conn)

-- As an old one: version 2, whose every step is replied to. What its manual calls actions miltertest 2.11 sends as steps, and the other way round.
conn = begin(2, 0, SMFIF_ADDHDRS + SMFIF_CHGHDRS + SMFIF_QUARANTINE)
client(conn)
if mt.helo(conn, "app.brightfield.example") ~= nil then
  fail("helo")
end
mail(conn, { "<alice@customer.example>", "<archive@collector.example>" }, to)
local err = mt.eoh(conn) or mt.bodystring(conn, "Your order has been shipped.\r\n")
if err ~= nil then
  fail("the body: " .. err)
end
expect(conn, "version 2", true)
mt.disconnect(conn)

-- One that leaves in the middle, without a word.
conn = begin()
client(conn)
mail(conn, { "<alice@customer.example>" }, to)
mt.disconnect(conn, false)
mt.echo("done")
