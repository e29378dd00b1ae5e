//! `connector show`: what the administrator of a tenant's mail system has to do.
//!
//! The text goes to standard output and nothing else does, so that it can be kept in a file and run. What the operator has to know beside
//! it goes to standard error.

use super::print;
use crate::cli::{ConnectorCommand, MailSystem};
use crate::site::Site;
use anyhow::{Result, bail};
use setup::{Secrets, System};
use tenant::Snapshot;
use tenant::settings::ConnectorKind;

pub(crate) fn connector(command: ConnectorCommand) -> Result<()> {
    let ConnectorCommand::Show { system, tenant, listener, with_secrets, site } = command;
    let site = Site::find(&site)?;
    let snapshot = site.tenant(&tenant)?;
    let plan = site.plan(&snapshot, listener.as_ref())?;
    if with_secrets && secret_is_unknown(&snapshot) {
        bail!(
            "the secret of {tenant} is not set in this shell; set what connector.secret_header names, then try again"
        );
    }
    note(system, &snapshot);
    let secrets = if with_secrets { Secrets::Shown } else { Secrets::Hidden };
    print(&setup::instructions(known(system), &plan, secrets))
}

fn secret_is_unknown(snapshot: &Snapshot) -> bool {
    snapshot.settings.connector.secret_header.as_ref().is_some_and(|header| header.values.is_empty())
}

fn note(system: MailSystem, snapshot: &Snapshot) {
    let settings = &snapshot.settings;
    if kind(system) != settings.connector.kind {
        eprintln!("note: connector.kind of {} names another mail system than this one", settings.name);
    }
    if settings.connector.networks.is_empty() {
        eprintln!(
            "note: connector.networks of {} is empty: its mail is refused until it names the system's networks",
            settings.name
        );
    }
}

const fn kind(system: MailSystem) -> ConnectorKind {
    match system {
        MailSystem::M365 => ConnectorKind::M365,
        MailSystem::Google => ConnectorKind::Google,
        MailSystem::Postfix => ConnectorKind::Postfix,
        MailSystem::Exim => ConnectorKind::Exim,
        MailSystem::Exchange => ConnectorKind::Exchange,
    }
}

const fn known(system: MailSystem) -> System {
    match system {
        MailSystem::M365 => System::M365,
        MailSystem::Google => System::Google,
        MailSystem::Postfix => System::Postfix,
        MailSystem::Exim => System::Exim,
        MailSystem::Exchange => System::Exchange,
    }
}
