//! The parts of a home that show someone works there: projects, assistants, documents, what was typed.

use super::files::{Home, PRIVATE, PUBLIC};

impl Home<'_> {
    /// Projects with the settings they run with.
    pub(crate) fn put_projects(&mut self) {
        let settings = [
            ("NODE_ENV", "production".to_owned()),
            (
                "DATABASE_URL",
                format!(
                    "postgresql://orders:{}@db.brightfield.example:5432/orders",
                    self.value("database-password")
                ),
            ),
            ("STRIPE_SECRET_KEY", self.value("stripe-key")),
            ("OPENAI_API_KEY", self.value("openai-key")),
            ("SENDGRID_API_KEY", self.value("sendgrid-key")),
            ("POSTMARK_SERVER_TOKEN", self.value("postmark-token")),
            ("MAILGUN_API_KEY", self.value("mailgun-key")),
            ("RESEND_API_KEY", self.value("resend-key")),
            ("SLACK_BOT_TOKEN", self.value("slack-token")),
            ("GOOGLE_API_KEY", self.value("google-key")),
            ("SMTP_HOST", "smtp.brightfield.example".to_owned()),
            ("SMTP_USER", self.value("smtp-user")),
            ("SMTP_PASS", self.value("smtp-password")),
        ];
        let env: String = settings
            .iter()
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect();
        self.put("projects/orders-api/.env", PRIVATE, env);
        self.put(
            "projects/orders-api/package.json",
            PUBLIC,
            "{\n  \"name\": \"orders-api\",\n  \"version\": \"2.3.0\",\n  \"private\": true,\n  \"main\": \"server.js\"\n}\n",
        );
        self.put(
            "projects/orders-api/README.md",
            PUBLIC,
            "# orders-api\n\nTakes orders, sends confirmations.\n",
        );
    }

    /// Clients of the Model Context Protocol keep the keys of their servers in plain text.
    pub(crate) fn put_assistants(&mut self) {
        let token = self.value("postmark-token");
        let github = self.value("github-token");
        let servers = format!(
            "{{\n  \"mcpServers\": {{\n    \"mail\": {{\n      \"command\": \"node\",\n      \"args\": [\"{home}/projects/mail-server/index.js\"],\n      \"env\": {{\n        \"POSTMARK_SERVER_TOKEN\": \"{token}\",\n        \"DEFAULT_SENDER_EMAIL\": \"{user}@brightfield.example\"\n      }}\n    }},\n    \"github\": {{\n      \"command\": \"node\",\n      \"args\": [\"{home}/projects/github-server/index.js\"],\n      \"env\": {{\n        \"GITHUB_TOKEN\": \"{github}\"\n      }}\n    }}\n  }}\n}}\n",
            home = self.home,
            user = self.user
        );
        self.put(".cursor/mcp.json", PRIVATE, servers.clone());
        self.put(".config/Claude/claude_desktop_config.json", PRIVATE, servers);
        self.put_gmail();
        let key = self.value("anthropic-key");
        self.put(
            ".config/anthropic/config.json",
            PRIVATE,
            format!("{{\"api_key\": \"{key}\"}}\n"),
        );
    }

    /// A login at Google, as servers for Gmail keep it: what a program is registered by, and what it was given for the person, which is good
    /// for the next ten years.
    fn put_gmail(&mut self) {
        let keys = concat!(
            "{\"installed\":{\"client_id\":\"407408718192-7k1qv0d3.apps.googleusercontent.com\",\"project_id\":\"brightfield-mail\",",
            "\"auth_uri\":\"https://accounts.google.com/o/oauth2/auth\",\"token_uri\":\"https://oauth2.googleapis.com/token\",",
            "\"client_secret\":\"GOCSPX-desktop\",\"redirect_uris\":[\"http://localhost:3000/oauth2callback\"]}}\n"
        );
        let (token, refresh) = (self.value("gmail-token"), self.value("gmail-refresh-token"));
        let credentials = format!(
            "{{\"access_token\":\"{token}\",\"refresh_token\":\"{refresh}\",\"scope\":\"https://www.googleapis.com/auth/gmail.modify\",\"token_type\":\"Bearer\",\"expiry_date\":2114380800000}}\n"
        );
        self.put(".gmail-mcp/gcp-oauth.keys.json", PRIVATE, keys);
        self.put(".gmail-mcp/credentials.json", PRIVATE, credentials);
    }

    /// Documents, and the history of the shell.
    pub(crate) fn put_documents(&mut self) {
        let password = self.value("browser-password");
        self.put(
            "Documents/passwords.csv",
            PRIVATE,
            format!(
                "name,url,username,password\nbank,https://bank.brightfield.example,{},{password}\n",
                self.user
            ),
        );
        self.put(
            "Documents/meeting-notes.md",
            PUBLIC,
            "# Monday\n\n- invoices of last month\n- move the mailer to the new host\n",
        );
        self.put("Desktop/todo.txt", PUBLIC, "renew certificate\ncall the accountant\n");
        self.put(
            "Downloads/invoice-2214.txt",
            PUBLIC,
            "Invoice 2214\nBrightfield Ltd\nTotal: 1,284.00\n",
        );
        let database = self.value("database-password");
        let secret = self.value("aws-secret");
        self.put(
            ".bash_history",
            PRIVATE,
            format!(
                "cd projects/orders-api\ngit pull\nPGPASSWORD={database} psql -h db.brightfield.example -U orders orders\nexport AWS_SECRET_ACCESS_KEY={secret}\naws s3 ls\nssh staging\nnode server.js\n"
            ),
        );
        self.put(
            ".profile",
            PUBLIC,
            "export EDITOR=vim\nexport PATH=\"$HOME/.local/bin:$PATH\"\n",
        );
    }
}
