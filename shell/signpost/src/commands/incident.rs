//! `incident` and `maintenance`: looked at, said and ended by a person; exports are checked without a node.

mod affected;
mod shown;

use super::{ask_node, print, print_json};
use crate::cli::{ClockWord, Data, IncidentCommand, MaintenanceCommand, PhaseWord, StateWord, Which};
use crate::control::Request;
use ::incident::{Act, Clock, Phase, State, Text, UpdateId};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};

pub(crate) fn incident(command: IncidentCommand) -> Result<()> {
    match command {
        IncidentCommand::Ls { all, data, json } => {
            let answer = ask_node(&data, &Request::IncidentList { all })?;
            if json { print_json(&answer) } else { print(&shown::list(&answer)) }
        }
        IncidentCommand::Show { which, json } => {
            let answer = show(&which)?;
            if json { print_json(&answer) } else { print(&shown::whole(&answer)) }
        }
        IncidentCommand::Open { title, components, state, said, harm_began, data } => {
            let (title, text, state) = (Text::same(title), said.text(), state.into());
            act(&data, Act::Open { title, components, state, text, harm_began })
        }
        IncidentCommand::Update { which, said, phase, at } => {
            let (text, phase) = (said.text(), phase.map(Phase::from));
            act(&which.data, Act::Update { incident: which.incident, phase, text, display_at: at })
        }
        IncidentCommand::Publish { which, update } => {
            act(&which.data, Act::Publish { incident: which.incident, update: update_id(&update)? })
        }
        IncidentCommand::Withdraw { which, update } => {
            act(&which.data, Act::Withdraw { incident: which.incident, update: update_id(&update)? })
        }
        IncidentCommand::Edit { which, update, said, reason } => {
            let (update, text) = (update_id(&update)?, said.text());
            act(&which.data, Act::Edit { incident: which.incident, update, text, reason })
        }
        IncidentCommand::Ack(which) => act(&which.data, Act::Acknowledge { incident: which.incident }),
        IncidentCommand::Confirm(which) => act(&which.data, Act::Confirm { incident: which.incident }),
        IncidentCommand::Resolve { which, text, text_de } => {
            let text = text.map(|en| Text::new(en.clone(), text_de.unwrap_or(en)));
            act(&which.data, Act::Resolve { incident: which.incident, text })
        }
        IncidentCommand::Dismiss(which) => act(&which.data, Act::Dismiss { incident: which.incident }),
        IncidentCommand::Merge { which, into } => {
            act(&which.data, Act::Merge { incident: which.incident, into })
        }
        IncidentCommand::BackDate { which, clock, at } => {
            act(&which.data, Act::BackDate { incident: which.incident, clock: clock.into(), at })
        }
        IncidentCommand::Postmortem { which, write, write_de, publish, despite_marks } => {
            postmortem(which, write, write_de, (publish, despite_marks))
        }
        IncidentCommand::Export { which, out } => export(which, &out),
        IncidentCommand::Affected { which, tenant, days, link, csv, json } => {
            let form = match (link, csv, json) {
                (true, ..) => affected::Form::Link,
                (_, true, _) => affected::Form::Csv,
                (.., true) => affected::Form::Json,
                (false, false, false) => affected::Form::Text,
            };
            affected::affected(which, tenant, days, form)
        }
        IncidentCommand::Verify { file, key } => verify(&file, key.as_deref()),
    }
}

pub(crate) fn maintenance(command: MaintenanceCommand) -> Result<()> {
    match command {
        MaintenanceCommand::Schedule { title, components, said, from, until, data } => {
            let (title, text) = (Text::same(title), said.text());
            act(&data, Act::Schedule { title, text, components, from, until })
        }
        MaintenanceCommand::Move { which, said, from, until } => {
            let act_of = Act::MoveMaintenance { maintenance: which.incident, from, until, text: said.text() };
            act(&which.data, act_of)
        }
        MaintenanceCommand::Cancel { which, said } => {
            act(&which.data, Act::CancelMaintenance { maintenance: which.incident, text: said.text() })
        }
    }
}

fn act(data: &Data, act: Act) -> Result<()> {
    let answer = ask_node(data, &Request::IncidentAct { act: Box::new(act) })?;
    print(&shown::done(&answer))
}

fn show(which: &Which) -> Result<Value> {
    ask_node(&which.data, &Request::IncidentShow { incident: which.incident.clone() })
}

fn postmortem(
    which: Which,
    write: Option<PathBuf>,
    write_de: Option<PathBuf>,
    (publish, despite_marks): (bool, bool),
) -> Result<()> {
    let Which { incident, data } = which;
    if write.is_none() && !publish {
        let answer = show(&Which { incident, data })?;
        return print(answer["draft"].as_str().unwrap_or_default());
    }
    if let Some(file) = write {
        let en = read(&file)?;
        let de = write_de.map_or_else(|| Ok(en.clone()), |file| read(&file))?;
        act(&data, Act::WritePostmortem { incident: incident.clone(), text: Text::new(en, de) })?;
    }
    if publish {
        act(&data, Act::PublishPostmortem { incident, despite_marks })?;
    }
    Ok(())
}

fn export(which: Which, out: &Path) -> Result<()> {
    let answer = ask_node(&which.data, &Request::IncidentExport { incident: which.incident })?;
    let text = answer["export"].as_str().context("the node gave no export")?;
    std::fs::write(out, text).with_context(|| format!("cannot write {}", out.display()))?;
    verify(out, None)
}

fn verify(file: &Path, key: Option<&str>) -> Result<()> {
    let checked = status::export::check(&read(file)?, key).with_context(|| file.display().to_string())?;
    print(&shown::checked(&checked, key.is_some()))?;
    if !checked.missing.is_empty() && checked.left_out == 0 {
        bail!("{} ids are named and not among the facts, although none was left out", checked.missing.len());
    }
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn update_id(text: &str) -> Result<UpdateId> {
    serde_json::from_value(Value::from(text)).with_context(|| format!("`{text}` names no update"))
}

impl From<PhaseWord> for Phase {
    fn from(word: PhaseWord) -> Self {
        match word {
            PhaseWord::Investigating => Self::Investigating,
            PhaseWord::Identified => Self::Identified,
            PhaseWord::Monitoring => Self::Monitoring,
        }
    }
}

impl From<StateWord> for State {
    fn from(word: StateWord) -> Self {
        match word {
            StateWord::Degraded => Self::DegradedPerformance,
            StateWord::Partial => Self::PartialOutage,
            StateWord::Major => Self::MajorOutage,
        }
    }
}

impl From<ClockWord> for Clock {
    fn from(word: ClockWord) -> Self {
        match word {
            ClockWord::HarmBegan => Self::HarmBegan,
            ClockWord::Detected => Self::Detected,
            ClockWord::Identified => Self::Identified,
            ClockWord::Mitigated => Self::Mitigated,
            ClockWord::HarmEnded => Self::HarmEnded,
        }
    }
}
