//! Where the secrets lie: the files of a home directory that thieves read, realistic and without effect.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Canaries, keys};
use crate::chance::{Chance, HEX};

/// A file to be put into the room before a package starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedFile {
    /// Its absolute path in the room.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Its permission bits.
    pub mode: u32,
}

/// A home that is being furnished.
pub(crate) struct Home<'c> {
    pub(crate) canaries: &'c Canaries,
    pub(crate) home: &'c str,
    pub(crate) user: &'c str,
    pub(crate) chance: Chance,
    files: Vec<PlantedFile>,
}

/// Read by others, too.
pub(crate) const PUBLIC: u32 = 0o644;
/// Read by its owner only.
pub(crate) const PRIVATE: u32 = 0o600;

impl Canaries {
    /// The files of this home. `home` is its absolute path, `user` the name of its owner.
    pub fn files(&self, home: &str, user: &str) -> Vec<PlantedFile> {
        let home = home.trim_end_matches('/');
        let chance = Chance::new(self.seed, "files");
        let mut into = Home {
            canaries: self,
            home,
            user,
            chance,
            files: Vec::new(),
        };
        into.put_registries();
        into.put_ssh();
        into.put_cloud();
        into.put_git();
        into.put_projects();
        into.put_browsers();
        into.put_wallets();
        into.put_assistants();
        into.put_documents();
        into.files
    }

    /// The canaries in a file: looked up, not claimed. None for one that only makes the home look lived in.
    pub fn in_file(&self, file: &PlantedFile) -> Vec<String> {
        let mut found: Vec<String> = self.found_in(&file.bytes).into_iter().map(|hit| hit.canary).collect();
        found.dedup();
        found
    }
}

impl Home<'_> {
    /// Puts a file.
    pub(crate) fn put(&mut self, path: &str, mode: u32, bytes: impl Into<Vec<u8>>) {
        self.files.push(PlantedFile {
            path: format!("{}/{path}", self.home),
            bytes: bytes.into(),
            mode,
        });
    }

    /// A canary's value.
    pub(crate) fn value(&self, id: &str) -> String {
        self.canaries.value(id).to_owned()
    }

    fn put_registries(&mut self) {
        let token = self.value("npm-token");
        self.put(
            ".npmrc",
            PRIVATE,
            format!("//registry.example/:_authToken={token}\nfund=false\nsave-exact=true\n"),
        );
        let login = STANDARD.encode(format!("{}:{}", self.user, self.value("docker-password")));
        let docker = format!(
            "{{\n\t\"auths\": {{\n\t\t\"https://index.containers.example/v1/\": {{\n\t\t\t\"auth\": \"{login}\"\n\t\t}}\n\t}}\n}}\n"
        );
        self.put(".docker/config.json", PRIVATE, docker);
    }

    fn put_ssh(&mut self) {
        let key = self.value("ssh-key");
        let public = keys::openssh_public(&key, &format!("{}@workstation", self.user));
        self.put(".ssh/id_ed25519", PRIVATE, key);
        self.put(".ssh/id_ed25519.pub", PUBLIC, public);
        self.put(
            ".ssh/config",
            PRIVATE,
            "Host *\n    ServerAliveInterval 60\n\nHost staging\n    HostName staging.brightfield.example\n    User deploy\n    IdentityFile ~/.ssh/id_ed25519\n",
        );
        let other = keys::openssh_public(&keys::openssh(&mut self.chance), "");
        let host_key = other.trim_end();
        self.put(
            ".ssh/known_hosts",
            PRIVATE,
            format!("staging.brightfield.example {host_key}\n"),
        );
    }

    fn put_cloud(&mut self) {
        let (id, secret) = (self.value("aws-key-id"), self.value("aws-secret"));
        self.put(
            ".aws/credentials",
            PRIVATE,
            format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n"),
        );
        self.put(
            ".aws/config",
            PRIVATE,
            "[default]\nregion = eu-central-1\noutput = json\n",
        );
        let token = self.value("jwt");
        let kube = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: production\nclusters:\n- name: production\n  cluster:\n    server: https://cluster.brightfield.example:6443\ncontexts:\n- name: production\n  context:\n    cluster: production\n    user: deployer\nusers:\n- name: deployer\n  user:\n    token: {token}\n"
        );
        self.put(".kube/config", PRIVATE, kube);
        let pem = self.value("pem-key");
        self.put(".config/tls/brightfield.key", PRIVATE, pem);
    }

    fn put_git(&mut self) {
        let user = self.user;
        let token = self.value("github-token");
        self.put(
            ".netrc",
            PRIVATE,
            format!("machine github.com\n  login {user}\n  password {token}\n"),
        );
        self.put(
            ".git-credentials",
            PRIVATE,
            format!("https://{user}:{token}@github.com\n"),
        );
        self.put(
            ".config/gh/hosts.yml",
            PRIVATE,
            format!("github.com:\n    user: {user}\n    oauth_token: {token}\n    git_protocol: https\n"),
        );
        self.put(
            ".gitconfig",
            PUBLIC,
            format!("[user]\n\tname = {user}\n\temail = {user}@brightfield.example\n[credential]\n\thelper = store\n[init]\n\tdefaultBranch = main\n"),
        );
    }

    fn put_browsers(&mut self) {
        let cookie = self.value("browser-cookie");
        let password = self.value("browser-password");
        let user = self.user;
        for profile in [
            ".config/google-chrome/Default",
            ".config/BraveSoftware/Brave-Browser/Default",
        ] {
            self.put(
                &format!("{profile}/Cookies"),
                PRIVATE,
                database(&format!(".brightfield.example session {cookie}")),
            );
            let login = format!("https://bank.brightfield.example/login {user} {password}");
            self.put(&format!("{profile}/Login Data"), PRIVATE, database(&login));
            self.put(
                &format!("{profile}/Preferences"),
                PRIVATE,
                r#"{"profile":{"name":"Person 1","exit_type":"Normal"}}"#,
            );
        }
        let key = STANDARD.encode(self.chance.bytes::<24>());
        let state = format!(r#"{{"os_crypt":{{"encrypted_key":"{key}"}},"profile":{{"last_used":"Default"}}}}"#);
        self.put(".config/google-chrome/Local State", PRIVATE, state);
        let firefox = ".mozilla/firefox/k3v9x1qd.default-release";
        self.put(
            ".mozilla/firefox/profiles.ini",
            PUBLIC,
            "[Profile0]\nName=default-release\nIsRelative=1\nPath=k3v9x1qd.default-release\nDefault=1\n",
        );
        let logins = format!(
            r#"{{"nextId":2,"logins":[{{"id":1,"hostname":"https://bank.brightfield.example","encryptedUsername":"{}","encryptedPassword":"{}"}}]}}"#,
            STANDARD.encode(user),
            STANDARD.encode(&password)
        );
        self.put(&format!("{firefox}/logins.json"), PRIVATE, logins);
        self.put(
            &format!("{firefox}/cookies.txt"),
            PRIVATE,
            format!(
                "# Netscape HTTP Cookie File\n.brightfield.example\tTRUE\t/\tTRUE\t2051222400\tsession\t{cookie}\n"
            ),
        );
    }

    fn put_wallets(&mut self) {
        let ciphertext = self.value("wallet-keystore");
        let address = self.chance.text(HEX, 40);
        let mac = self.chance.text(HEX, 64);
        let iv = self.chance.text(HEX, 32);
        let salt = self.chance.text(HEX, 64);
        let id = self.chance.uuid();
        // The Web3 Secret Storage Definition, version 3.
        let keystore = format!(
            r#"{{"version":3,"id":"{id}","address":"{address}","crypto":{{"ciphertext":"{ciphertext}","cipherparams":{{"iv":"{iv}"}},"cipher":"aes-128-ctr","kdf":"scrypt","kdfparams":{{"dklen":32,"salt":"{salt}","n":262144,"r":8,"p":1}},"mac":"{mac}"}}}}"#
        );
        let name = format!(".ethereum/keystore/UTC--2025-02-11T09-14-27.402518000Z--{address}");
        self.put(&name, PRIVATE, keystore.clone());
        self.put(".config/Exodus/exodus.wallet/seed.seco.json", PRIVATE, keystore);
        let phrase = self.value("wallet-phrase");
        self.put(
            "Documents/wallet-backup.txt",
            PRIVATE,
            format!("wallet recovery, do not share\n\n{phrase}\n"),
        );
    }
}

/// An empty SQLite database of one page, with text in the part of the page that no table uses.
fn database(text: &str) -> Vec<u8> {
    // https://www.sqlite.org/fileformat2.html §1.3 and §1.6: header fields by their offsets, then a leaf page without cells.
    let mut page = vec![0_u8; 4096];
    page[..16].copy_from_slice(b"SQLite format 3\0");
    page[16..24].copy_from_slice(&[0x10, 0, 1, 1, 0, 64, 32, 32]);
    page[27] = 1;
    page[31] = 1;
    page[47] = 4;
    page[59] = 1;
    page[95] = 1;
    page[96..100].copy_from_slice(&3_045_001_u32.to_be_bytes());
    page[100] = 0x0d;
    page[105..107].copy_from_slice(&[0x10, 0]);
    let text = &text.as_bytes()[..text.len().min(1024)];
    page[2048..2048 + text.len()].copy_from_slice(text);
    page
}
