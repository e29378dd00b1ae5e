//! `doctor --m365`: the read-back of an organisation against what its tenant needs.

use crate::cli::DoctorArgs;
use crate::commands::{print, print_json, read_input};
use crate::site::Site;
use anyhow::{Context as _, Result, bail};
use model::TenantName;
use setup::{Finding, Readback, State};
use std::fmt::Write as _;
use std::path::Path;

pub(super) fn compare(args: &DoctorArgs, file: &Path) -> Result<()> {
    let bytes = if file == Path::new("-") {
        read_input()?
    } else {
        std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?
    };
    let readback = Readback::read(&bytes).with_context(|| format!("{} is no read-back", file.display()))?;
    let tenant = tenant(args, &readback)?;
    let site = Site::find(&args.site)?;
    let snapshot = site.tenant(&tenant)?;
    let findings = setup::compare(&site.plan(&snapshot, None)?, &readback);
    if args.json {
        print_json(&findings)?;
    } else {
        print(&shown(&findings))?;
    }
    let bad = findings.iter().filter(|finding| matches!(finding.state, State::Fail | State::Unknown)).count();
    match bad {
        0 => Ok(()),
        count => bail!("{count} of {} settings of {tenant} are wrong or unknown", findings.len()),
    }
}

fn tenant(args: &DoctorArgs, readback: &Readback) -> Result<TenantName> {
    if let Some(tenant) = &args.tenant {
        return Ok(tenant.clone());
    }
    let named = readback.tenant().context("the file names no tenant; name it with --tenant")?;
    named
        .parse()
        .with_context(|| format!("the file names the tenant `{named}`; name the right one with --tenant"))
}

/// What is not as it should be, each with its command, and a line that counts.
fn shown(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings.iter().filter(|finding| finding.state != State::Ok) {
        let Finding { check, state, is, should, why, mend } = finding;
        let _infallible = writeln!(
            text,
            "{:<8}{check}\n        is:     {is}\n        should: {should}\n        why:    {why}\n        mend:   {mend}",
            state.as_str()
        );
    }
    let good = findings.iter().filter(|finding| finding.state == State::Ok).count();
    let _infallible = writeln!(text, "{good} of {} settings are as they should be", findings.len());
    text
}
