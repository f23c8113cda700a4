//! Microsoft Graph: `client.api("/me/sendMail").post({ message })`: each recipient is an object in an object.
//! Inbox rules outlive the call.

mod wire;

use waxseal_model::SinkSpec;

use super::{FIRST, Provider, bcc, cc, client, client_send, forward, headers, reply_to, to};

pub(super) const MICROSOFT_GRAPH: Provider = Provider {
    id: "microsoft-graph",
    title: "Microsoft Graph",
    sinks: SinkSpec {
        provider: "microsoft-graph",
        modules: &["@microsoft/microsoft-graph-client", "@microsoft/msgraph-sdk"],
        hosts: &[
            "graph.microsoft.com",
            "graph.microsoft.us",
            "dod-graph.microsoft.us",
            "microsoftgraph.chinacloudapi.cn",
            "smtp.office365.com",
        ],
        clients: &[
            client("init", 0, &["authProvider"]),
            client("initWithMiddleware", 0, &["authProvider"]),
        ],
        sends: &[
            client_send("api.post", FIRST),
            client_send("post", FIRST),
            client_send("patch", FIRST),
        ],
        recipients: &[
            to("message.toRecipients[].emailAddress.address"),
            cc("message.ccRecipients[].emailAddress.address"),
            bcc("message.bccRecipients[].emailAddress.address"),
            reply_to("message.replyTo[].emailAddress.address"),
            headers("message.internetMessageHeaders[name].value"),
            // A draft (`POST /me/messages`), and `forward`, `reply` and `createForward` on a message.
            to("toRecipients[].emailAddress.address"),
            cc("ccRecipients[].emailAddress.address"),
            bcc("bccRecipients[].emailAddress.address"),
            reply_to("replyTo[].emailAddress.address"),
            headers("internetMessageHeaders[name].value"),
            // `POST /me/mailFolders/inbox/messageRules`.
            forward("actions.forwardTo[].emailAddress.address"),
            forward("actions.forwardAsAttachmentTo[].emailAddress.address"),
            forward("actions.redirectTo[].emailAddress.address"),
        ],
        content: &[
            "message.subject",
            "message.body",
            "message.attachments",
            "subject",
            "body",
            "attachments",
            "comment",
        ],
        credentials: &[
            "AZURE_CLIENT_SECRET",
            "AZURE_CLIENT_ID",
            "AZURE_TENANT_ID",
            "MS_CLIENT_SECRET",
            "GRAPH_CLIENT_SECRET",
            "MICROSOFT_CLIENT_SECRET",
        ],
    },
    api: Some(wire::API),
};
