//! Services that packages ask about the machine they are on: its address, its place, the time, its cloud; and those they log in to.

use serde_json::{Value, json};

use super::Reply;
use super::ask::Ask;
use super::clock::rfc3339;
use crate::chance::{BASE62, Chance, HEX};

/// Services whose whole purpose is to say the address that a request came from.
const IP_ECHOES: [&str; 16] = [
    "ipify.org",
    "icanhazip.com",
    "ifconfig.me",
    "ifconfig.co",
    "ifconfig.io",
    "ident.me",
    "ipecho.net",
    "checkip.amazonaws.com",
    "myexternalip.com",
    "wtfismyip.com",
    "ip.sb",
    "seeip.org",
    "my-ip.io",
    "ipinfo.tw",
    "myip.com",
    "eth0.me",
];

/// Services that say more about an address.
const GEO_SERVICES: [&str; 9] = [
    "ip-api.com",
    "ipinfo.io",
    "ipapi.co",
    "ipwho.is",
    "freegeoip.app",
    "geojs.io",
    "ipgeolocation.io",
    "ipapi.com",
    "db-ip.com",
];

pub(crate) fn is_ip_echo(ask: &Ask<'_>) -> bool {
    let only_address = ask.host_is(&["ipinfo.io", "ipapi.co"]) && ask.segments.last() == Some(&"ip");
    ask.reads() && (ask.host_is(&IP_ECHOES) || only_address || matches!(ask.path, "/ip" | "/myip" | "/ip.json"))
}

/// As text, or as JSON where `format=json`, the path or the client ask for it.
pub(crate) fn ip_echo(ask: &Ask<'_>) -> Reply {
    let ip = public_address(ask);
    let json = ask.wants_json()
        || ask.parameter("format") == Some("json")
        || ask.last() == "json"
        || ask.host_is(&["httpbin.org", "myip.com"]);
    if json {
        return Reply::json(200, &json!({"ip": ip, "origin": ip, "country": "Germany", "cc": "DE"}));
    }
    Reply::text(format!("{ip}\n"))
}

pub(crate) fn is_geo(ask: &Ask<'_>) -> bool {
    let words = ["geoip", "geolocation", "iplocate", "ip-location"];
    ask.reads() && (ask.host_is(&GEO_SERVICES) || ask.segments.iter().any(|segment| words.contains(segment)))
}

/// One place for the whole room, with the field names of all such services.
pub(crate) fn geo(ask: &Ask<'_>) -> Reply {
    let ip = public_address(ask);
    Reply::json(
        200,
        &json!({
            "status": "success", "success": true, "ip": ip, "query": ip, "country": "Germany", "country_name": "Germany", "countryCode": "DE",
            "country_code": "DE", "region": "HE", "regionName": "Hesse", "city": "Frankfurt am Main", "zip": "60313", "postal": "60313",
            "lat": 50.1109, "lon": 8.6821, "latitude": 50.1109, "longitude": 8.6821, "loc": "50.1109,8.6821", "timezone": "Europe/Berlin",
            "isp": "Brightfield Telecom", "org": "Brightfield Telecom", "hosting": false, "proxy": false, "mobile": false,
        }),
    )
}

/// An address that looks like one of a customer of some provider; the same for the whole room.
fn public_address(ask: &Ask<'_>) -> String {
    let mut chance = Chance::new(ask.answers.seed, "public address");
    let first = *chance.pick(&[79_usize, 84, 87, 91, 93, 217]);
    let mut part = || 1 + chance.below(253);
    format!("{first}.{}.{}.{}", part(), part(), part())
}

pub(crate) fn is_time(ask: &Ask<'_>) -> bool {
    let hosts = ["worldtimeapi.org", "timeapi.io", "worldclockapi.com"];
    ask.reads() && (ask.host_is(&hosts) || matches!(ask.last().as_str(), "time" | "now" | "timestamp"))
}

pub(crate) fn time(ask: &Ask<'_>) -> Reply {
    let now = ask.now();
    let text = rfc3339(now);
    Reply::json(
        200,
        &json!({
            "unixtime": now, "timestamp": now, "datetime": text, "utc_datetime": text, "currentDateTime": text, "dateTime": text,
            "timezone": "Etc/UTC", "utc_offset": "+00:00",
        }),
    )
}

/// RFC 6749 §3.2: the token endpoint takes POST.
pub(crate) fn is_token(ask: &Ask<'_>) -> bool {
    let words = ["token", "access_token", "oauth2", "oauth"];
    ask.request.method == "POST" && words.contains(&ask.last().as_str())
}

/// RFC 6749 §5.1.
pub(crate) fn token(ask: &Ask<'_>) -> Reply {
    let mut chance = ask.chance("token");
    Reply::json(
        200,
        &json!({
            "access_token": chance.text(BASE62, 64), "token_type": "Bearer", "expires_in": 3600, "refresh_token": chance.text(BASE62, 64),
            "scope": "read write",
        }),
    )
    .with("pragma", "no-cache")
}

/// JSON-RPC 2.0 §4: a request object, or a batch of them.
pub(crate) fn is_json_rpc(ask: &Ask<'_>) -> bool {
    ask.request.method == "POST" && rpc_calls(ask).is_some()
}

fn rpc_calls(ask: &Ask<'_>) -> Option<Value> {
    let value: Value = serde_json::from_slice(ask.body()).ok()?;
    let call = value.get(0).unwrap_or(&value);
    call.get("jsonrpc")?;
    Some(value)
}

pub(crate) fn json_rpc(ask: &Ask<'_>) -> Reply {
    /// A batch of any length could make a small request a large answer.
    const MAX_CALLS: usize = 100;
    let answer = |call: &Value| json!({"jsonrpc": "2.0", "id": call["id"], "result": rpc_result(ask, call["method"].as_str().unwrap_or_default())});
    match rpc_calls(ask) {
        Some(Value::Array(calls)) => Reply::json(200, &calls.iter().take(MAX_CALLS).map(answer).collect()),
        Some(call) => Reply::json(200, &answer(&call)),
        None => Reply::empty(400),
    }
}

/// Contracts on a block chain are asked for the next address of a command server: the string they give is a link of ours.
fn rpc_result(ask: &Ask<'_>, method: &str) -> Value {
    match method {
        "eth_call" => abi_string(&ask.link("v1/events")).into(),
        "eth_chainId" => "0x38".into(),
        "eth_blockNumber" | "eth_gasPrice" | "eth_getBalance" => {
            format!("0x{}", ask.chance(method).text(HEX, 7)).into()
        }
        _ if method.starts_with("eth_") => format!("0x{}", ask.chance(method).text(HEX, 64)).into(),
        _ => json!({"ok": true}),
    }
}

/// The contract ABI of Ethereum: offset, length and bytes, each in words of 32 bytes.
fn abi_string(text: &str) -> String {
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let width = hex.len().div_ceil(64) * 64;
    format!("0x{:064x}{:064x}{hex:0<width$}", 32, text.len())
}

pub(crate) fn graphql(_: &Ask<'_>) -> Reply {
    Reply::json(200, &json!({"data": {}}))
}

pub(crate) fn is_metadata(ask: &Ask<'_>) -> bool {
    const HOSTS: [&str; 6] = [
        "169.254.169.254",
        "169.254.170.2",
        "fd00:ec2::254",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "metadata.google.internal",
    ];
    HOSTS.contains(&ask.request.host)
}

/// Whether a question to a metadata service neither says nor gets anything but what the machine's project is called: libraries of a cloud
/// ask so at every start (<https://cloud.google.com/compute/docs/instances/detect-compute-engine>).
pub(crate) fn is_metadata_lookup(ask: &Ask<'_>) -> bool {
    const PATHS: [&str; 5] = [
        "",
        "/computeMetadata/v1/instance",
        "/computeMetadata/v1/project/project-id",
        "/computeMetadata/v1/project/numeric-project-id",
        "/computeMetadata/v1/universe/universe-domain",
    ];
    is_metadata(ask)
        && matches!(ask.request.method, "GET" | "HEAD")
        && ask.request.body.is_empty()
        && ask.request.path.trim_end_matches('/') == ask.path.trim_end_matches('/')
        && PATHS.contains(&ask.path.trim_end_matches('/'))
}

/// What the metadata services of the large clouds say. The credentials in it are canaries.
pub(crate) fn metadata(ask: &Ask<'_>) -> Reply {
    const ROLE: &str = "app-server-role";
    let path = ask.path.trim_end_matches('/');
    if path.starts_with("/computeMetadata") || path.starts_with("/metadata/") {
        return bearer_metadata(ask);
    }
    let mut chance = Chance::new(ask.answers.seed, "instance");
    let instance = format!("i-0{}", chance.text(HEX, 16));
    match path {
        // IMDSv2: a session token comes first, by PUT.
        "/latest/api/token" if ask.request.method == "PUT" => {
            Reply::text(format!("{}==", chance.text(BASE62, 54))).with("x-aws-ec2-metadata-token-ttl-seconds", "21600")
        }
        "/latest/api/token" => Reply::empty(405),
        "/latest/meta-data" => {
            Reply::text("ami-id\nhostname\niam/\ninstance-id\ninstance-type\nlocal-ipv4\nplacement/\npublic-ipv4\n")
        }
        "/latest/meta-data/instance-id" => Reply::text(instance),
        "/latest/meta-data/instance-type" => Reply::text("t3.medium"),
        "/latest/meta-data/placement/region" => Reply::text("eu-central-1"),
        "/latest/meta-data/public-ipv4" => Reply::text(public_address(ask)),
        "/latest/meta-data/iam/security-credentials" => Reply::text(ROLE),
        "/latest/dynamic/instance-identity/document" => Reply::json(
            200,
            &json!({"instanceId": instance, "region": "eu-central-1", "instanceType": "t3.medium"}),
        ),
        "/latest/meta-data/iam/security-credentials/app-server-role" => role_credentials(ask),
        _ if path.starts_with("/v2/credentials") => role_credentials(ask),
        _ => Reply::new(404, "text/html", "<html><body><h1>404 - Not Found</h1></body></html>"),
    }
}

fn role_credentials(ask: &Ask<'_>) -> Reply {
    let canaries = &ask.answers.canaries;
    let now = ask.now();
    Reply::json(
        200,
        &json!({
            "Code": "Success", "Type": "AWS-HMAC", "LastUpdated": rfc3339(now), "AccessKeyId": canaries.value("cloud-key-id"),
            "SecretAccessKey": canaries.value("cloud-secret"), "Token": canaries.value("cloud-token"), "Expiration": rfc3339(now + 21_600),
        }),
    )
}

/// The clouds that give a bearer token; they want a header, without which a link in a page could ask.
fn bearer_metadata(ask: &Ask<'_>) -> Reply {
    let google = ask.path.starts_with("/computeMetadata");
    let header = if google { "metadata-flavor" } else { "metadata" };
    if ask.request.header(header).is_none() {
        return Reply::empty(if google { 403 } else { 400 });
    }
    let reply = if ask.path.contains("token") {
        let token = ask.answers.canaries.value("cloud-token");
        Reply::json(
            200,
            &json!({"access_token": format!("ya29.{token}"), "expires_in": 3599, "token_type": "Bearer"}),
        )
    } else if google {
        Reply::text("orders-production")
    } else {
        Reply::json(
            200,
            &json!({"compute": {"location": "germanywestcentral", "name": "app-1", "vmSize": "Standard_B2s"}}),
        )
    };
    if google {
        reply.with("metadata-flavor", "Google")
    } else {
        reply
    }
}
