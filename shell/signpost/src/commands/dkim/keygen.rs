//! `dkim keygen`: a new private key, and what has to be written where before it signs.

use crate::cli::{AlgorithmWord, KeygenArgs};
use crate::commands::print;
use crate::site::Site;
use anyhow::{Context as _, Result, anyhow, bail};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, RsaKeyPair};
use signing::{KeyRecord, SigningKey};
use std::fmt::Write as _;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// RFC 7468 §2.
const PEM_LINE_LEN: usize = 64;

pub(super) fn keygen(args: &KeygenArgs) -> Result<()> {
    let site = Site::find(&args.site)?;
    let domains = match &args.tenant {
        Some(tenant) => site.tenant(tenant)?.settings.domains.iter().map(ToString::to_string).collect(),
        None => vec![site.config.own.domain.clone()],
    };
    let file = format!("dkim/{}.pem", args.selector);
    let (path, written) = match &args.out {
        Some(out) => (out.clone(), format!("file:{}", out.display())),
        None => (folder(&site, args)?.join(&file), file),
    };
    let pem = make(args.algorithm)?;
    let key = SigningKey::from_pem(&pem).context("the key that was made cannot be read")?;
    write(&path, &pem)?;
    eprintln!("the private key is in {}", path.display());
    let selector = &args.selector;
    let (into, table) = match &args.tenant {
        Some(_) => ("tenant.toml", "dkim.key"),
        None => ("the operator's file, to be read at the next start", "own.dkim.key"),
    };
    let mut text = format!(
        "# into {into}\n[[{table}]]\nselector = \"{selector}\"\nfile     = \"{written}\"\nuse      = \"next\"\n\n",
    );
    text.push_str("# into the DNS; then `signpost dkim check`, and when that is good use = \"sign\"\n");
    let record = KeyRecord::of(&key).zone_text();
    for domain in domains {
        let _infallible = writeln!(text, "{selector}._domainkey.{domain}. IN TXT ( {record} )");
    }
    print(&text)
}

fn folder(site: &Site, args: &KeygenArgs) -> Result<PathBuf> {
    let Some(tenant) = &args.tenant else {
        let file = site.config.file.as_deref().and_then(Path::parent);
        return file
            .map(Path::to_owned)
            .context("a playground has no operator's file; name a file with --out");
    };
    site.folder_of(tenant)?.with_context(|| {
        format!(
            "the folder of {tenant} is not below {}; name a file with --out",
            site.config.tenants_dir.display()
        )
    })
}

fn make(algorithm: AlgorithmWord) -> Result<String> {
    let failed = |_| anyhow!("the key could not be made");
    let der: Pkcs8V1Der<'_> = match algorithm {
        AlgorithmWord::Rsa => RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?.as_der(),
        AlgorithmWord::Ed25519 => Ed25519KeyPair::generate().map_err(failed)?.as_der(),
    }
    .map_err(failed)?;
    let base64 = message::encode::base64(der.as_ref(), "");
    let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    for line in base64.chunks(PEM_LINE_LEN) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    Ok(pem)
}

/// Never over another key: what that one signed could not be checked any more.
fn write(path: &Path, pem: &str) -> Result<()> {
    if let Some(parent) = path.parent() {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(parent);
        made.with_context(|| format!("cannot make the directory {}", parent.display()))?;
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = match file {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            bail!("{} is there already; choose another selector", path.display())
        }
        Err(error) => return Err(error).with_context(|| format!("cannot write {}", path.display())),
    };
    let written = file.write_all(pem.as_bytes()).and_then(|()| file.sync_all());
    written.with_context(|| format!("cannot write {}", path.display()))
}
