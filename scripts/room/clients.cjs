// The clients of e-mail providers, each in every form it can send in: run inside the room by `scripts/room/clients`, which then checks
// with `clients-verify.cjs` that what each was asked to send is what the room says was sent.
// A case gives the messages it sends: `Place mailbox` for everybody, the subject, texts and attachments.
'use strict'
const ENV = process.env
const BYTES = Buffer.from(Array.from({ length: 600 }, (_, idx) => (idx * 7) % 256))
const B64 = BYTES.toString('base64')
const TEXT = 'Grüße, and a line of text.', HTML = '<p>Grüße, <b>bold</b></p>', SUBJECT = 'Invoice № 7'
const FROM = 'app@sender.example'

// Mailboxes of one case: nobody else has them.
const people = mark => {
  const at = who => `${mark}.${who}@customer.example`
  return { to: at('to'), cc: at('cc'), bcc: at('bcc'), reply: at('reply'), other: at('other') }
}
const usual = p => [`To ${p.to}`, `Cc ${p.cc}`, `Bcc ${p.bcc}`, `Reply-To ${p.reply}`]
const whole = recipients => ({ recipients, subject: SUBJECT, texts: [TEXT, HTML], attachments: [BYTES] })
const mime = (p, bcc) => [`From: ${FROM}`, `To: ${p.to}`, `Cc: ${p.cc}`, ...(bcc ? [`Bcc: ${p.bcc}`] : []), `Subject: =?utf-8?B?${Buffer.from(SUBJECT).toString('base64')}?=`, 'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=B', '', '--B', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64', '', Buffer.from(TEXT).toString('base64'),
  '--B', 'Content-Type: application/octet-stream', 'Content-Disposition: attachment; filename=a.bin', 'Content-Transfer-Encoding: base64', '', B64.match(/.{1,76}/g).join('\r\n'), '--B--', ''].join('\r\n')
const ofMime = recipients => ({ recipients, subject: SUBJECT, texts: [TEXT], attachments: [BYTES] })

exports.cases = []
const add = (provider, form, run, sends, more = {}) => {
  const mark = `${provider}.${form}`.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  const p = people(mark)
  exports.cases.push({ provider, form, mark, run: () => run(p), sends: sends(p), ...more })
}

// Postmark
const postmark = () => new (require('postmark').ServerClient)(ENV.POSTMARK_TOKEN)
const postmarkMessage = p => ({ From: FROM, To: p.to, Cc: p.cc, Bcc: p.bcc, ReplyTo: p.reply, Subject: SUBJECT, TextBody: TEXT, HtmlBody: HTML, Attachments: [{ Name: 'a.bin', Content: B64, ContentType: 'application/octet-stream' }] })
add('postmark', 'single', p => postmark().sendEmail(postmarkMessage(p)), p => [whole(usual(p))])
add('postmark', 'batch', p => postmark().sendEmailBatch([postmarkMessage(p), { From: FROM, To: p.other, Subject: SUBJECT, TextBody: TEXT }]), p => [whole(usual(p)), { recipients: [`To ${p.other}`], subject: SUBJECT, texts: [TEXT] }])
add('postmark', 'template', p => postmark().sendEmailWithTemplate({ From: FROM, To: p.to, Bcc: p.bcc, TemplateAlias: 'welcome', TemplateModel: { a: 1 } }), p => [{ recipients: [`To ${p.to}`, `Bcc ${p.bcc}`], variables: ['{"a":1}'] }])
add('postmark', 'batch of templates', p => postmark().sendEmailBatchWithTemplates([{ From: FROM, To: p.to, TemplateAlias: 'welcome', TemplateModel: {} }]), p => [{ recipients: [`To ${p.to}`] }])
add('postmark', 'start-up and inbox', async () => { await postmark().getServer(); await postmark().getTemplates(); const all = await postmark().getInboundMessages(); if (all.InboundMessages.length !== 3) throw new Error('no inbox') }, () => [])
add('postmark', 'refused', async p => { try { await new (require('postmark').ServerClient)('11111111-2222-4333-8444-555555555555').sendEmail(postmarkMessage(p)) } catch (err) { if (err.statusCode === 401) return; throw err } throw new Error('it was let in') }, p => [whole(usual(p))], { refused: true })

// SendGrid
const sendgrid = () => { const client = require('@sendgrid/mail'); client.setApiKey(ENV.SENDGRID_KEY); return client }
const sendgridMessage = p => ({ from: FROM, to: p.to, cc: p.cc, bcc: p.bcc, replyTo: p.reply, subject: SUBJECT, text: TEXT, html: HTML, attachments: [{ content: B64, filename: 'a.bin', type: 'application/octet-stream' }] })
add('sendgrid', 'single', p => sendgrid().send(sendgridMessage(p)), p => [whole(usual(p))])
add('sendgrid', 'multiple', p => sendgrid().sendMultiple({ from: FROM, to: [p.to, p.other], subject: SUBJECT, text: TEXT }), p => [p.to, p.other].map(it => ({ recipients: [`To ${it}`], subject: SUBJECT, texts: [TEXT] })))
add('sendgrid', 'personalizations', p => sendgrid().send({ from: FROM, subject: 'x', text: TEXT, personalizations: [{ to: p.to, subject: SUBJECT }, { to: p.other, bcc: p.bcc, subject: SUBJECT }] }), p => [[`To ${p.to}`], [`To ${p.other}`, `Bcc ${p.bcc}`]].map(recipients => ({ recipients, subject: SUBJECT, texts: [TEXT] })))
add('sendgrid', 'template', p => sendgrid().send({ from: FROM, to: p.to, templateId: 'd-1', dynamicTemplateData: { a: 1 } }), p => [{ recipients: [`To ${p.to}`], variables: ['{"a":1}'] }])
add('sendgrid', 'refused', async p => { const client = new (require('@sendgrid/mail').MailService)(); client.setClient(new (require('@sendgrid/client').Client)()); client.setApiKey('SG.wrong.wrong'); try { await client.send(sendgridMessage(p)) } catch (err) { if (err.code === 401) return; throw err } throw new Error('it was let in') }, p => [whole(usual(p))], { refused: true })

// Mailgun
const mailgun = () => new (require('mailgun.js').default || require('mailgun.js'))(FormData).client({ username: 'api', key: ENV.MAILGUN_KEY, useFetch: true })
const mailgunMessage = p => ({ from: FROM, to: [p.to], cc: p.cc, bcc: p.bcc, 'h:Reply-To': p.reply, subject: SUBJECT, text: TEXT, html: HTML, attachment: [{ filename: 'a.bin', data: BYTES }] })
add('mailgun', 'single', p => mailgun().messages.create('mg.sender.example', mailgunMessage(p)), p => [whole(usual(p))])
add('mailgun', 'recipient variables', p => mailgun().messages.create('mg.sender.example', { from: FROM, to: [p.to, p.other], bcc: p.bcc, subject: SUBJECT, text: TEXT, 'recipient-variables': JSON.stringify({ [p.to]: { id: 1 }, [p.other]: { id: 2 } }) }), p => [p.to, p.other].map(it => ({ recipients: [`To ${it}`, `Bcc ${p.bcc}`], subject: SUBJECT, texts: [TEXT] })))
add('mailgun', 'MIME', p => mailgun().messages.create('mg.sender.example', { to: [p.to, p.bcc], message: mime(p) }), p => [ofMime([`RCPT TO ${p.to}`, `RCPT TO ${p.bcc}`, `To ${p.to}`, `Cc ${p.cc}`])])
add('mailgun', 'events and domains', async () => { await mailgun().domains.list(); const { items } = await mailgun().events.get('mg.sender.example'); if (items.length !== 3) throw new Error('no events') }, () => [])
add('mailgun', 'route', p => mailgun().routes.create({ expression: 'match_recipient(".*")', action: [`forward("${p.other}")`, 'stop()'], description: 'x' }), () => [], { forwards: p => ['route', p.other] })

// SES
const aws = { region: 'eu-central-1', credentials: { accessKeyId: ENV.AWS_KEY_ID || 'none', secretAccessKey: ENV.AWS_SECRET || 'none' } }
const ses1 = (name, input) => { const ses = require('@aws-sdk/client-ses'); return new ses.SESClient(aws).send(new ses[name](input)) }
const ses2 = (name, input) => { const ses = require('@aws-sdk/client-sesv2'); return new ses.SESv2Client(aws).send(new ses[name](input)) }
const destination = p => ({ ToAddresses: [p.to], CcAddresses: [p.cc], BccAddresses: [p.bcc] })
const plain = recipients => ({ recipients, subject: SUBJECT, texts: [TEXT, HTML] })
const sesBody = { Text: { Data: TEXT }, Html: { Data: HTML } }
add('ses v1', 'SendEmail', p => ses1('SendEmailCommand', { Source: FROM, Destination: destination(p), ReplyToAddresses: [p.reply], Message: { Subject: { Data: SUBJECT }, Body: sesBody } }), p => [plain(usual(p))])
add('ses v1', 'SendRawEmail', p => ses1('SendRawEmailCommand', { Source: FROM, Destinations: [p.to, p.bcc], RawMessage: { Data: Buffer.from(mime(p)) } }), p => [ofMime([`RCPT TO ${p.to}`, `RCPT TO ${p.bcc}`, `To ${p.to}`, `Cc ${p.cc}`])])
add('ses v1', 'SendTemplatedEmail', p => ses1('SendTemplatedEmailCommand', { Source: FROM, Destination: destination(p), Template: 'w', TemplateData: '{"a":1}' }), p => [{ recipients: usual(p).slice(0, 3), variables: ['{"a":1}'] }])
add('ses v1', 'SendBulkTemplatedEmail', async p => { const sent = await ses1('SendBulkTemplatedEmailCommand', { Source: FROM, Template: 'w', DefaultTemplateData: '{}', Destinations: [{ Destination: { ToAddresses: [p.to] } }, { Destination: { ToAddresses: [p.other], BccAddresses: [p.bcc] } }] }); if (sent.Status.length !== 2) throw new Error('not two') }, p => [{ recipients: [`To ${p.to}`] }, { recipients: [`To ${p.other}`, `Bcc ${p.bcc}`] }])
add('ses v1', 'receipt rule', () => ses1('CreateReceiptRuleCommand', { RuleSetName: 'rs', Rule: { Name: 'r', Actions: [{ S3Action: { BucketName: 'bucket-of-a-stranger' } }] } }), () => [], { forwards: () => ['receipt rule', 'bucket-of-a-stranger'] })
add('ses v1', 'refused', async () => { const ses = require('@aws-sdk/client-ses'); try { await new ses.SESClient({ ...aws, credentials: { accessKeyId: 'AKIAWRONGWRONGWRONG1', secretAccessKey: 'x' } }).send(new ses.GetSendQuotaCommand({})) } catch (err) { if (err.name === 'InvalidClientTokenId') return; throw err } throw new Error('it was let in') }, () => [])
add('ses v2', 'simple', p => ses2('SendEmailCommand', { FromEmailAddress: FROM, Destination: destination(p), ReplyToAddresses: [p.reply], Content: { Simple: { Subject: { Data: SUBJECT }, Body: sesBody, Attachments: [{ FileName: 'a.bin', RawContent: BYTES }] } } }), p => [whole(usual(p))])
add('ses v2', 'raw', p => ses2('SendEmailCommand', { FromEmailAddress: FROM, Destination: { ToAddresses: [p.to] }, Content: { Raw: { Data: Buffer.from(mime(p)) } } }), p => [ofMime([`To ${p.to}`, `Cc ${p.cc}`])])
add('ses v2', 'template', p => ses2('SendEmailCommand', { FromEmailAddress: FROM, Destination: destination(p), Content: { Template: { TemplateName: 'w', TemplateData: '{"a":1}' } } }), p => [{ recipients: usual(p).slice(0, 3), variables: ['{"a":1}'] }])
add('ses v2', 'bulk', async p => { const sent = await ses2('SendBulkEmailCommand', { FromEmailAddress: FROM, DefaultContent: { Template: { TemplateName: 'w', TemplateData: '{}' } }, BulkEmailEntries: [{ Destination: { ToAddresses: [p.to] } }, { Destination: { ToAddresses: [p.other], BccAddresses: [p.bcc] } }] }); if (sent.BulkEmailEntryResults.length !== 2) throw new Error('not two') }, p => [{ recipients: [`To ${p.to}`] }, { recipients: [`To ${p.other}`, `Bcc ${p.bcc}`] }])
add('ses v2', 'nodemailer', p => { const { SESv2Client, SendEmailCommand } = require('@aws-sdk/client-sesv2'); return require('nodemailer').createTransport({ SES: { sesClient: new SESv2Client(aws), SendEmailCommand } }).sendMail({ from: FROM, to: p.to, bcc: p.bcc, subject: SUBJECT, text: TEXT, html: HTML, attachments: [{ filename: 'a.bin', content: BYTES }] }) }, p => [whole([`To ${p.to}`, `To ${p.bcc}`])])

// Resend
const resend = () => new (require('resend').Resend)(ENV.RESEND_KEY)
const unwrap = async promise => { const { data, error } = await promise; if (error) throw new Error(JSON.stringify(error)); return data }
const resendMessage = p => ({ from: FROM, to: p.to, cc: p.cc, bcc: p.bcc, replyTo: p.reply, subject: SUBJECT, text: TEXT, html: HTML, attachments: [{ filename: 'a.bin', content: BYTES }] })
add('resend', 'single', async p => { const { id } = await unwrap(resend().emails.send(resendMessage(p))); const read = await unwrap(resend().emails.get(id)); if (read.subject !== SUBJECT) throw new Error('not the same') }, p => [whole(usual(p))])
add('resend', 'batch', p => unwrap(resend().batch.send([{ from: FROM, to: [p.to], subject: SUBJECT, text: TEXT }, { from: FROM, to: [p.other], bcc: p.bcc, subject: SUBJECT, html: HTML }])), p => [{ recipients: [`To ${p.to}`], subject: SUBJECT, texts: [TEXT] }, { recipients: [`To ${p.other}`, `Bcc ${p.bcc}`], subject: SUBJECT, texts: [HTML] }])
add('resend', 'broadcast', async p => { const { id } = await unwrap(resend().broadcasts.create({ audienceId: '78261eea-8f8b-4381-83c6-79fa7120f1cf', from: FROM, replyTo: p.reply, subject: SUBJECT, text: TEXT })); await unwrap(resend().broadcasts.send(id)) }, p => [{ recipients: [`Reply-To ${p.reply}`], subject: SUBJECT, texts: [TEXT], incomplete: true }])
add('resend', 'webhook', p => unwrap(resend().webhooks.create({ endpoint: `https://collector.example/${p.other}`, events: ['email.sent'] })), () => [], { forwards: p => ['webhook', `https://collector.example/${p.other}`] })

// Mailjet
const mailjet = () => new (require('node-mailjet').default || require('node-mailjet'))({ apiKey: ENV.MAILJET_KEY, apiSecret: ENV.MAILJET_SECRET })
add('mailjet', 'v3.1', p => mailjet().post('send', { version: 'v3.1' }).request({ Messages: [{ From: { Email: FROM }, To: [{ Email: p.to }], Cc: [{ Email: p.cc }], Bcc: [{ Email: p.bcc }], ReplyTo: { Email: p.reply }, Subject: SUBJECT, TextPart: TEXT, HTMLPart: HTML, Attachments: [{ ContentType: 'application/octet-stream', Filename: 'a.bin', Base64Content: B64 }] }] }), p => [whole(usual(p))])
add('mailjet', 'v3.1 with globals', p => mailjet().post('send', { version: 'v3.1' }).request({ Globals: { From: { Email: FROM }, Bcc: [{ Email: p.bcc }], Subject: SUBJECT }, Messages: [{ To: [{ Email: p.to }], TextPart: TEXT }, { To: [{ Email: p.other }], TextPart: TEXT }] }), p => [p.to, p.other].map(it => ({ recipients: [`To ${it}`, `Bcc ${p.bcc}`], subject: SUBJECT, texts: [TEXT] })))
add('mailjet', 'v3', p => mailjet().post('send', { version: 'v3' }).request({ FromEmail: FROM, Recipients: [{ Email: p.to }], Subject: SUBJECT, 'Text-part': TEXT, 'Html-part': HTML, Attachments: [{ 'Content-type': 'application/octet-stream', Filename: 'a.bin', content: B64 }] }), p => [whole([`RCPT TO ${p.to}`])])

// SparkPost
const sparkpost = () => new (require('sparkpost'))(ENV.SPARKPOST_KEY)
add('sparkpost', 'single with cc and bcc', p => sparkpost().transmissions.send({ content: { from: FROM, subject: SUBJECT, text: TEXT, html: HTML, reply_to: p.reply, attachments: [{ name: 'a.bin', type: 'application/octet-stream', data: B64 }] }, recipients: [{ address: p.to }], cc: [{ address: p.cc }], bcc: [{ address: p.bcc }] }), p => [whole([`RCPT TO ${p.to}`, `To ${p.to}`, `RCPT TO ${p.cc}`, `Cc ${p.cc}`, `RCPT TO ${p.bcc}`, `Reply-To ${p.reply}`])])
add('sparkpost', 'RFC 822', p => sparkpost().transmissions.send({ content: { email_rfc822: mime(p) }, recipients: [{ address: p.to }] }), p => [ofMime([`RCPT TO ${p.to}`, `To ${p.to}`, `Cc ${p.cc}`])])
add('sparkpost', 'template', p => sparkpost().transmissions.send({ content: { template_id: 'welcome' }, substitution_data: { a: 1 }, recipients: [{ address: p.to }] }), p => [{ recipients: [`RCPT TO ${p.to}`, `To ${p.to}`], variables: ['{"a":1}'] }])

// Brevo
const brevo = () => new (require('@getbrevo/brevo').BrevoClient)({ apiKey: ENV.BREVO_KEY })
add('brevo', 'single', p => brevo().transactionalEmails.sendTransacEmail({ sender: { email: FROM }, to: [{ email: p.to }], cc: [{ email: p.cc }], bcc: [{ email: p.bcc }], replyTo: { email: p.reply }, subject: SUBJECT, textContent: TEXT, htmlContent: HTML, attachment: [{ name: 'a.bin', content: B64 }] }), p => [whole(usual(p))])
add('brevo', 'versions', p => brevo().transactionalEmails.sendTransacEmail({ sender: { email: FROM }, subject: 'x', textContent: TEXT, messageVersions: [{ to: [{ email: p.to }], subject: SUBJECT }, { to: [{ email: p.other }], bcc: [{ email: p.bcc }], subject: SUBJECT }] }), p => [[`To ${p.to}`], [`To ${p.other}`, `Bcc ${p.bcc}`]].map(recipients => ({ recipients, subject: SUBJECT, texts: [TEXT] })))
add('brevo', 'account', () => brevo().account.getAccount(), () => [])

// MailerSend
const mailersend = () => new (require('mailersend').MailerSend)({ apiKey: ENV.MAILERSEND_KEY })
const mailersendMessage = p => { const { EmailParams, Sender, Recipient, Attachment } = require('mailersend'); return new EmailParams().setFrom(new Sender(FROM, 'App')).setTo([new Recipient(p.to)]).setCc([new Recipient(p.cc)]).setBcc([new Recipient(p.bcc)]).setReplyTo(new Recipient(p.reply)).setSubject(SUBJECT).setText(TEXT).setHtml(HTML).setAttachments([new Attachment(B64, 'a.bin')]) }
add('mailersend', 'single', p => mailersend().email.send(mailersendMessage(p)), p => [whole(usual(p))])
add('mailersend', 'bulk', p => mailersend().email.sendBulk([mailersendMessage(p)]), p => [whole(usual(p))])

// Mandrill: the client gives errors as its result.
const mandrill = async (method, input) => { const sent = await require('@mailchimp/mailchimp_transactional')(ENV.MANDRILL_KEY).messages[method](input); if (!Array.isArray(sent)) throw sent; return sent }
const mandrillMessage = p => ({ from_email: FROM, subject: SUBJECT, text: TEXT, html: HTML, to: [{ email: p.to, type: 'to' }, { email: p.cc, type: 'cc' }], bcc_address: p.bcc, headers: { 'Reply-To': p.reply }, preserve_recipients: false, attachments: [{ type: 'application/octet-stream', name: 'a.bin', content: B64 }] })
add('mandrill', 'send', p => mandrill('send', { message: mandrillMessage(p) }), p => [whole(usual(p))])
add('mandrill', 'send-template', p => mandrill('sendTemplate', { template_name: 'welcome', template_content: [], message: mandrillMessage(p) }), p => [whole(usual(p))])
add('mandrill', 'send-raw', p => mandrill('sendRaw', { from_email: FROM, to: [p.to, p.bcc], raw_message: mime(p) }), p => [ofMime([`RCPT TO ${p.to}`, `RCPT TO ${p.bcc}`, `To ${p.to}`, `Cc ${p.cc}`])])
add('mandrill', 'ping', async () => { const said = await require('@mailchimp/mailchimp_transactional')(ENV.MANDRILL_KEY).users.ping(); if (said !== 'PONG!') throw said }, () => [])

// Elastic Email
const elastic = (method, input) => new Promise((resolve, reject) => { const client = require('@elasticemail/elasticemail-client'); client.ApiClient.instance.authentications.apikey.apiKey = ENV.ELASTIC_KEY; new client.EmailsApi()[method](input, (err, data) => err ? reject(err) : resolve(data)) })
const elasticContent = p => ({ From: FROM, ReplyTo: p.reply, Subject: SUBJECT, Body: [{ ContentType: 'PlainText', Content: TEXT }, { ContentType: 'HTML', Content: HTML }], Attachments: [{ Name: 'a.bin', BinaryContent: B64 }] })
add('elastic-email', 'transactional', p => elastic('emailsTransactionalPost', { Recipients: { To: [p.to], CC: [p.cc], BCC: [p.bcc] }, Content: elasticContent(p) }), p => [whole(usual(p))])
add('elastic-email', 'bulk', p => elastic('emailsPost', { Recipients: [{ Email: p.to }, { Email: p.other, Fields: { a: '1' } }], Content: elasticContent(p) }), p => [whole([`RCPT TO ${p.to}`, `RCPT TO ${p.other}`, `Reply-To ${p.reply}`])])

// Gmail
const gmail = () => { const { gmail, auth } = require('@googleapis/gmail'); const client = new auth.OAuth2(ENV.GOOGLE_ID, ENV.GOOGLE_SECRET, 'http://localhost'); client.setCredentials({ refresh_token: ENV.GOOGLE_REFRESH }); return gmail({ version: 'v1', auth: client }).users }
const url64 = text => Buffer.from(text).toString('base64url')
const ofGmail = p => [ofMime([`To ${p.to}`, `Cc ${p.cc}`, `Bcc ${p.bcc}`])]
add('gmail', 'send', p => gmail().messages.send({ userId: 'me', requestBody: { raw: url64(mime(p, true)) } }), ofGmail)
add('gmail', 'upload', p => gmail().messages.send({ userId: 'me', requestBody: {}, media: { mimeType: 'message/rfc822', body: mime(p, true) } }), ofGmail)
add('gmail', 'draft', async p => { const { data } = await gmail().drafts.create({ userId: 'me', requestBody: { message: { raw: url64(mime(p, true)) } } }); await gmail().drafts.send({ userId: 'me', requestBody: { id: data.id } }) }, ofGmail)
add('gmail', 'inbox', async () => { await gmail().getProfile({ userId: 'me' }); const { data } = await gmail().messages.list({ userId: 'me' }); const read = await gmail().messages.get({ userId: 'me', id: data.messages[0].id }); if (!read.data.payload.body.data) throw new Error('no text') }, () => [])
add('gmail', 'filter', p => gmail().settings.filters.create({ userId: 'me', requestBody: { criteria: { from: 'a' }, action: { forward: p.other } } }), () => [], { forwards: p => ['filter', p.other] })
add('gmail', 'refused', async () => { const { gmail, auth } = require('@googleapis/gmail'); const client = new auth.OAuth2(ENV.GOOGLE_ID, ENV.GOOGLE_SECRET); client.setCredentials({ refresh_token: '1//wrong-refresh-token' }); try { await gmail({ version: 'v1', auth: client }).users.getProfile({ userId: 'me' }) } catch (err) { if (/invalid_grant/.test(err.message)) return; throw err } throw new Error('it was let in') }, () => [])

// Microsoft Graph, with a token that its own library fetches.
const graph = () => { const { ClientSecretCredential } = require('@azure/identity'); const credential = new ClientSecretCredential('48d31887-5fad-4d73-a9f5-3c356e68a038', ENV.GRAPH_ID, ENV.GRAPH_SECRET); return require('@microsoft/microsoft-graph-client').Client.init({ authProvider: done => credential.getToken('https://graph.microsoft.com/.default').then(it => done(null, it.token), done) }) }
const box = address => [{ emailAddress: { address } }]
const graphMessage = p => ({ subject: SUBJECT, body: { contentType: 'HTML', content: HTML }, toRecipients: box(p.to), ccRecipients: box(p.cc), bccRecipients: box(p.bcc), replyTo: box(p.reply), attachments: [{ '@odata.type': '#microsoft.graph.fileAttachment', name: 'a.bin', contentType: 'application/octet-stream', contentBytes: B64 }] })
const ofGraph = p => [{ recipients: usual(p), subject: SUBJECT, texts: [HTML], attachments: [BYTES] }]
add('microsoft-graph', 'sendMail', p => graph().api('/me/sendMail').post({ message: graphMessage(p), saveToSentItems: false }), ofGraph)
add('microsoft-graph', 'MIME', p => graph().api('/me/sendMail').header('Content-Type', 'text/plain').post(Buffer.from(mime(p, true)).toString('base64')), ofGmail)
add('microsoft-graph', 'draft', async p => { const { id } = await graph().api('/me/messages').post(graphMessage(p)); await graph().api(`/me/messages/${id}/send`).post({}) }, ofGraph)
add('microsoft-graph', 'inbox', async () => { const { value } = await graph().api('/me/messages').top(3).get(); if (value.length !== 3) throw new Error('no inbox') }, () => [])
add('microsoft-graph', 'rule', p => graph().api('/me/mailFolders/inbox/messageRules').post({ displayName: 'x', sequence: 1, isEnabled: true, actions: { forwardTo: box(p.other) } }), () => [], { forwards: p => ['rule', p.other] })

// Azure Communication Services
const azure = () => new (require('@azure/communication-email').EmailClient)(ENV.AZURE_CONNECTION)
add('azure-email', 'beginSend', async p => { const poller = await azure().beginSend({ senderAddress: FROM, content: { subject: SUBJECT, plainText: TEXT, html: HTML }, recipients: { to: [{ address: p.to }], cc: [{ address: p.cc }], bcc: [{ address: p.bcc }] }, replyTo: [{ address: p.reply }], attachments: [{ name: 'a.bin', contentType: 'application/octet-stream', contentInBase64: B64 }] }); const { status } = await poller.pollUntilDone(); if (status !== 'Succeeded') throw new Error(status) }, p => [whole(usual(p))])

// ZeptoMail
const zeptomail = () => new (require('zeptomail').SendMailClient)({ url: 'https://api.zeptomail.com/', token: ENV.ZEPTOMAIL_TOKEN })
const zepto = address => ({ email_address: { address, name: 'n' } })
const zeptoMessage = p => ({ from: { address: FROM, name: 'n' }, to: [zepto(p.to)], cc: [zepto(p.cc)], bcc: [zepto(p.bcc)], reply_to: [{ address: p.reply, name: 'n' }], subject: SUBJECT, textbody: TEXT, htmlbody: HTML, attachments: [{ name: 'a.bin', mime_type: 'application/octet-stream', content: B64 }] })
add('zeptomail', 'single', p => zeptomail().sendMail(zeptoMessage(p)), p => [whole(usual(p))])
add('zeptomail', 'batch', p => zeptomail().sendBatchMail({ ...zeptoMessage(p), to: [zepto(p.to), zepto(p.other)] }), p => [p.to, p.other].map(it => whole([`To ${it}`, ...usual(p).slice(1)])))
add('zeptomail', 'template', p => zeptomail().sendMailWithTemplate({ mail_template_key: 'k', from: { address: FROM, name: 'n' }, to: [zepto(p.to)], merge_info: { a: '1' } }), p => [{ recipients: [`To ${p.to}`], variables: ['{"a":"1"}'] }])

// Loops, Plunk, Mailtrap
const loops = () => new (require('loops').LoopsClient)(ENV.LOOPS_KEY)
add('loops', 'transactional', p => loops().sendTransactionalEmail({ transactionalId: 'clx1', email: p.to, dataVariables: { a: 'b' }, attachments: [{ filename: 'a.bin', contentType: 'application/octet-stream', data: B64 }] }), p => [{ recipients: [`To ${p.to}`], variables: ['{"a":"b"}'], attachments: [BYTES] }])
add('loops', 'key', () => loops().testApiKey(), () => [])
const plunk = () => new (require('@plunk/node').default)(ENV.PLUNK_KEY)
add('plunk', 'send', p => plunk().emails.send({ to: [p.to], subject: SUBJECT, body: HTML, from: FROM, reply: p.reply }), p => [{ recipients: [`To ${p.to}`, `Reply-To ${p.reply}`], subject: SUBJECT, texts: [HTML] }])
const mailtrap = () => new (require('mailtrap').MailtrapClient)({ token: ENV.MAILTRAP_TOKEN })
add('mailtrap', 'single', p => mailtrap().send({ from: { email: FROM }, to: [{ email: p.to }], cc: [{ email: p.cc }], bcc: [{ email: p.bcc }], subject: SUBJECT, text: TEXT, html: HTML, attachments: [{ filename: 'a.bin', content: B64, type: 'application/octet-stream' }] }), p => [whole(usual(p).slice(0, 3))])
add('mailtrap', 'batch', p => mailtrap().batchSend({ base: { from: { email: FROM }, subject: SUBJECT, text: TEXT }, requests: [{ to: [{ email: p.to }] }, { to: [{ email: p.other }], bcc: [{ email: p.bcc }] }] }), p => [[`To ${p.to}`], [`To ${p.other}`, `Bcc ${p.bcc}`]].map(recipients => ({ recipients, subject: SUBJECT, texts: [TEXT] })))

// Somebody we do not know.
const post = async (url, body, type = 'application/json') => { const answer = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body }); if (!answer.ok) throw new Error(`${answer.status}`) }
add('unknown', 'JSON', p => post('https://mail.unknown.example/v2/send', JSON.stringify({ from: FROM, to: [{ email: p.to }], bcc: p.bcc, subject: SUBJECT, html: HTML })), p => [{ recipients: [`To ${p.to}`, `Bcc ${p.bcc}`], subject: SUBJECT, texts: [HTML] }], { channel: 'generic' })
add('unknown', 'Base64 of MIME', p => post('https://relay.unknown.example/raw', JSON.stringify({ payload: url64(mime(p, true)) })), ofGmail, { channel: 'generic' })
add('unknown', 'nothing to send', p => post('https://app.unknown.example/users', JSON.stringify({ email: p.to, name: 'n', bio: 'text' })), () => [])

if (require.main === module) {
  const guard = promise => Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error('it took too long')), 20000).unref())])
  ;(async () => {
    for (const it of exports.cases) {
      try {
        await guard(it.run())
        console.log(`PASS ${it.mark}`)
      } catch (err) {
        const said = err instanceof Error ? `${err.message} ${JSON.stringify(err.response?.data ?? err.errors ?? '')}` : JSON.stringify(err)
        console.log(`FAIL ${it.mark} ${String(said).replace(/\s+/g, ' ').slice(0, 300)}`)
      }
    }
    process.exit(0)
  })()
}
