//! The tables: brands with what is theirs, and the packages whose text is borrowed most.

use super::brands::Brand;
use super::prose::Borrowed;

/// What packages of a vendor are called beside its name.
pub(super) const PRODUCT: [&str; 26] = [
    "mcp", "server", "sdk", "api", "client", "node", "nodejs", "js", "ts", "official", "mail", "mailer", "email",
    "emails", "smtp", "sender", "cli", "lib", "core", "webhooks", "v2", "v3", "npm", "inc", "hq", "dev",
];

/// Mail providers, and vendors whose keys are worth most. Names of packages as they were in November 2026.
pub(super) const BRANDS: [Brand; 42] = [
    // Mail.
    brand(
        "Postmark",
        &["postmark", "postmarkapp"],
        &["activecampaign"],
        &["postmark", "postmark-cli", "postmark.js"],
    ),
    brand("SendGrid", &["sendgrid"], &["sendgrid"], &["sendgrid", "sendgrid-rest"]),
    brand(
        "Mailgun",
        &["mailgun"],
        &["mailgun"],
        &["mailgun.js", "mailgun-js", "mailgun", "mailgun-mcp-server"],
    ),
    word(
        "Resend",
        &["resend"],
        &["resend", "react-email"],
        &["resend", "resend-mcp", "resend-cli"],
    ),
    brand(
        "Mailjet",
        &["mailjet"],
        &["mailjet"],
        &["node-mailjet", "mailjet-mcp-server", "mailjet"],
    ),
    brand(
        "SparkPost",
        &["sparkpost"],
        &["sparkpost"],
        &["sparkpost", "eslint-config-sparkpost"],
    ),
    brand(
        "Brevo",
        &["brevo", "getbrevo", "sendinblue"],
        &["getbrevo", "sendinblue"],
        &["sib-api-v3-sdk", "sendinblue-api"],
    ),
    brand("MailerSend", &["mailersend"], &["mailersend"], &["mailersend"]),
    brand("Mandrill", &["mandrill"], &["mailchimp"], &["mandrill-api"]),
    brand("Elastic Email", &["elasticemail"], &["elasticemail"], &[]),
    brand("ZeptoMail", &["zeptomail"], &["zoho", "zohocorp"], &["zeptomail"]),
    word("Loops", &["loops"], &["loops"], &["loops"]),
    word("Plunk", &["plunk", "useplunk"], &["plunk"], &[]),
    brand(
        "Mailtrap",
        &["mailtrap"],
        &["mailtrap"],
        &["mailtrap", "mcp-mailtrap", "mailtrap-cli"],
    ),
    brand("Mailchimp", &["mailchimp"], &["mailchimp"], &["mailchimp-api"]),
    brand(
        "Amazon SES",
        &["ses", "amazonses"],
        &["aws-sdk", "aws", "aws-cdk"],
        &["aws-sdk"],
    ),
    brand(
        "Gmail",
        &["gmail"],
        &["google", "googleapis", "google-cloud"],
        &["googleapis", "gmail-tester"],
    ),
    brand(
        "Customer.io",
        &["customerio", "customer.io"],
        &["customerio"],
        &[
            "customerio-node",
            "customerio-reactnative",
            "customerio-gist-web",
            "customerio-expo-plugin",
        ],
    ),
    // Payment, identity, code, and where keys are kept.
    brand(
        "Stripe",
        &["stripe"],
        &["stripe"],
        &["stripe", "stripe-cli", "react-stripe-js"],
    ),
    brand(
        "Twilio",
        &["twilio"],
        &["twilio", "twilio-labs", "twilio-paste", "twilio-alpha"],
        &[
            "twilio",
            "twilio-cli",
            "twilio-video",
            "twilio-client",
            "twilio-chat",
            "twilio-sync",
            "twilio-run",
        ],
    ),
    brand(
        "PayPal",
        &["paypal"],
        &["paypal"],
        &["paypal-rest-sdk", "paypal-checkout"],
    ),
    brand("OpenAI", &["openai"], &["openai"], &["openai", "openai-edge"]),
    brand(
        "Anthropic",
        &["anthropic", "claude"],
        &["anthropic-ai", "anthropic"],
        &["anthropic"],
    ),
    brand(
        "GitHub",
        &["github"],
        &["github", "octokit", "actions", "primer"],
        &["github"],
    ),
    brand("GitLab", &["gitlab"], &["gitlab"], &["gitlab"]),
    brand("npm", &["npmjs"], &["npmcli", "npm"], &["npm"]),
    brand(
        "Shopify",
        &["shopify"],
        &["shopify"],
        &["shopify-api-node", "shopify-buy"],
    ),
    brand("HubSpot", &["hubspot"], &["hubspot"], &["hubspot"]),
    brand(
        "Cloudflare",
        &["cloudflare"],
        &["cloudflare"],
        &["cloudflare", "wrangler", "miniflare"],
    ),
    brand("Supabase", &["supabase"], &["supabase"], &["supabase"]),
    brand(
        "Salesforce",
        &["salesforce"],
        &["salesforce", "heroku", "lwc"],
        &["sfdx-cli"],
    ),
    brand(
        "Coinbase",
        &["coinbase"],
        &["coinbase"],
        &["coinbase", "coinbase-commerce-node"],
    ),
    brand("MetaMask", &["metamask"], &["metamask"], &["eth-sig-util"]),
    brand("Binance", &["binance"], &["binance"], &[]),
    brand(
        "Datadog",
        &["datadog"],
        &["datadog"],
        &["dd-trace", "datadog-metrics", "datadog-lambda-js"],
    ),
    brand("Okta", &["okta"], &["okta"], &[]),
    brand("Dropbox", &["dropbox"], &["dropbox"], &["dropbox"]),
    word("Slack", &["slack"], &["slack"], &["slack", "@slack/client"]),
    word("Discord", &["discord"], &["discord", "discordjs"], &["discord.js"]),
    word("Notion", &["notion"], &["notionhq"], &[]),
    word(
        "Sentry",
        &["sentry"],
        &["sentry", "sentry-internal"],
        &["sentry-cordova", "react-native-sentry"],
    ),
    word("Linear", &["linear"], &["linear"], &["linear"]),
];

const fn brand(
    title: &'static str,
    words: &'static [&'static str],
    scopes: &'static [&'static str],
    packages: &'static [&'static str],
) -> Brand {
    Brand {
        title,
        words,
        scopes,
        packages,
        word: false,
    }
}

/// A brand whose name is a word.
const fn word(
    title: &'static str,
    words: &'static [&'static str],
    scopes: &'static [&'static str],
    packages: &'static [&'static str],
) -> Brand {
    Brand {
        word: true,
        ..brand(title, words, scopes, packages)
    }
}

/// Packages that lookalikes borrowed from, or whose place in mail, requests and keys makes them worth it: each has a repository of its
/// own, in which nothing else is kept.
pub(super) const BORROWED: [Borrowed; 34] = [
    borrowed(
        "nodemailer",
        "nodemailer/nodemailer",
        "Easy as cake e-mail sending from your Node.js applications",
    ),
    borrowed(
        "axios",
        "axios/axios",
        "Promise based HTTP client for the browser and node.js",
    ),
    borrowed(
        "express",
        "expressjs/express",
        "Fast, unopinionated, minimalist web framework",
    ),
    borrowed("chalk", "chalk/chalk", "Terminal string styling done right"),
    borrowed(
        "debug",
        "debug-js/debug",
        "Lightweight debugging utility for Node.js and the browser",
    ),
    borrowed(
        "commander",
        "tj/commander.js",
        "the complete solution for node.js command-line programs",
    ),
    borrowed(
        "cross-env",
        "kentcdodds/cross-env",
        "Run scripts that set and use environment variables across platforms",
    ),
    borrowed(
        "dotenv",
        "motdotla/dotenv",
        "Loads environment variables from .env file",
    ),
    borrowed(
        "dayjs",
        "iamkun/dayjs",
        "2KB immutable date time library alternative to Moment.js with the same modern API",
    ),
    borrowed(
        "moment",
        "moment/moment",
        "Parse, validate, manipulate, and display dates",
    ),
    borrowed("crypto-js", "brix/crypto-js", "JavaScript library of crypto standards."),
    borrowed("uuid", "uuidjs/uuid", "RFC9562 UUIDs"),
    borrowed(
        "ws",
        "websockets/ws",
        "Simple to use, blazing fast and thoroughly tested websocket client and server for Node.js",
    ),
    borrowed("semver", "npm/node-semver", "The semantic version parser used by npm."),
    borrowed(
        "jsonwebtoken",
        "auth0/node-jsonwebtoken",
        "JSON Web Token implementation (symmetric and asymmetric)",
    ),
    borrowed("bcrypt", "kelektiv/node.bcrypt.js", "A bcrypt library for NodeJS."),
    borrowed("mongoose", "Automattic/mongoose", "Mongoose MongoDB ODM"),
    borrowed("winston", "winstonjs/winston", "A logger for just about everything."),
    borrowed("request", "request/request", "Simplified HTTP request client."),
    borrowed(
        "node-fetch",
        "node-fetch/node-fetch",
        "A light-weight module that brings Fetch API to node.js",
    ),
    borrowed(
        "ioredis",
        "redis/ioredis",
        "A robust, performance-focused and full-featured Redis client for Node.js.",
    ),
    borrowed("minimist", "minimistjs/minimist", "parse argument options"),
    borrowed(
        "postmark",
        "ActiveCampaign/postmark.js",
        "Official Node.js client library for the Postmark HTTP API",
    ),
    borrowed("stripe", "stripe/stripe-node", "Stripe API wrapper"),
    borrowed("twilio", "twilio/twilio-node", "A Twilio helper library"),
    borrowed("resend", "resend/resend-node", "Node.js library for the Resend API"),
    borrowed("mailgun.js", "mailgun/mailgun.js", ""),
    borrowed(
        "emailjs",
        "eleith/emailjs",
        "send text/html emails and attachments (files, streams and strings) from node.js to any smtp server",
    ),
    borrowed("imapflow", "postalsys/imapflow", "IMAP Client for Node"),
    borrowed("mailparser", "nodemailer/mailparser", "Parse e-mails"),
    borrowed(
        "smtp-server",
        "nodemailer/smtp-server",
        "Create custom SMTP servers on the fly",
    ),
    borrowed(
        "openai",
        "openai/openai-node",
        "The official TypeScript library for the OpenAI API",
    ),
    borrowed(
        "discord.js",
        "discordjs/discord.js",
        "A powerful library for interacting with the Discord API",
    ),
    borrowed(
        "ethers",
        "ethers-io/ethers.js",
        "A complete and compact Ethereum library, for dapps, wallets and any other tools.",
    ),
];

const fn borrowed(name: &'static str, repository: &'static str, description: &'static str) -> Borrowed {
    Borrowed {
        name,
        repository,
        description,
    }
}
