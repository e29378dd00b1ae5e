//! What happens at its time: a fault of the world around the node, or an order to it.

use super::{Course, LISTED};
use crate::node::Node;
use crate::scenario::Fault;
use crate::world::DiskNow;
use anyhow::{Context as _, Result};
use model::Stage;
use playground::dns::Mood;
use playground::{Act, ScriptRule, Turns, wall_clock};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

impl Course<'_> {
    pub(super) async fn happen(&mut self, fault: Fault) -> Result<()> {
        let what = fault.told();
        match fault {
            Fault::List { source } => self.list(&source)?,
            Fault::Unlist { source } => {
                self.world.playground.dns().unlist(self.address(&source)?);
                self.beside.iter().for_each(|beside| beside.set_listed(None));
                self.seen.unlisted.insert(source, wall_clock());
                self.carriers = None;
            }
            Fault::Mark => {
                let figures = self.world.playground.figures();
                self.seen.waiting = Some(self.traffic.expected.saturating_sub(figures.delivered));
            }
            Fault::ListCarriers { sender } => {
                let arrived = self.world.playground.figures().arrived;
                self.carriers = Some((sender, usize::try_from(arrived).unwrap_or(0)));
            }
            Fault::Refuse { reply, source, recipient, content } => {
                self.refuse(reply, source, (recipient, content))?;
            }
            Fault::Greylist { reply } => self.greylist(&reply)?,
            Fault::Relent => self.relent(),
            Fault::ListWorld { zone } => {
                self.world.playground.dns().set_mood(&zone, Mood::ListsTheWorld(LISTED))
            }
            Fault::MendList { zone } => self.world.playground.dns().set_mood(&zone, Mood::Right),
            Fault::ResolverGone => self.world.playground.dns().set_failing(true),
            Fault::ResolverBack => self.world.playground.dns().set_failing(false),
            Fault::Kill => self.restart().await?,
            Fault::Disk { mib, sync_wait_ms, lies } => {
                self.disk_mib = mib;
                self.world.set_disk(self.scenario, DiskNow { mib, sync_wait_ms, lies })?;
            }
            Fault::Certificate { days } => {
                let ends =
                    self.world.put_certificate(self.node.now() + Duration::from_secs_f64(days * 86_400.0))?;
                self.seen.certificate_ends.push(ends);
            }
            Fault::Order { act, source, place } => {
                let place = place.unwrap_or_else(|| "everywhere".to_owned());
                self.node.command(&["source", &act, &source, "--place", &place, "--note", "drill"]).await?;
            }
            Fault::Run { words } => self.run(&words).await?,
        }
        self.tell_happened(what);
        Ok(())
    }

    fn list(&mut self, source: &str) -> Result<()> {
        self.world.playground.dns().list(self.address(source)?, LISTED);
        self.beside.iter().for_each(|beside| beside.set_listed(Some(LISTED)));
        self.seen.listed.insert(source.to_owned(), wall_clock());
        Ok(())
    }

    fn refuse(
        &mut self,
        reply: String,
        source: Option<String>,
        (recipient, content): (Option<String>, Option<String>),
    ) -> Result<()> {
        if let Some(source) = &source {
            self.seen.listed.insert(source.clone(), wall_clock());
            self.refused.insert(source.clone());
        }
        let source = source.map(|source| self.address(&source)).transpose()?.map(IpAddr::V4);
        let stage = if content.is_some() { Stage::EndOfData } else { Stage::Rcpt };
        let rule = ScriptRule::new(stage, Turns::Always, Act::Reply(reply));
        self.world.playground.script(ScriptRule { source, recipient, content, ..rule });
        Ok(())
    }

    /// Who has brought mail before is known; so is the source of notices, which go out on any other day.
    fn greylist(&mut self, reply: &str) -> Result<()> {
        let known: BTreeSet<IpAddr> =
            self.world.playground.mailbox().iter().filter_map(|one| one.peer).collect();
        for source in self.scenario.pool() {
            let address = IpAddr::V4(self.address(&source)?);
            if !known.contains(&address) {
                let rule = ScriptRule::new(Stage::Rcpt, Turns::Always, Act::Reply(reply.to_owned()));
                self.world.playground.script(ScriptRule { source: Some(address), ..rule });
            }
        }
        Ok(())
    }

    /// Only what the provider itself refused is over; what a list names stays listed.
    fn relent(&mut self) {
        self.world.playground.clear_script();
        for source in std::mem::take(&mut self.refused) {
            self.seen.unlisted.insert(source, wall_clock());
        }
    }

    async fn run(&mut self, words: &[String]) -> Result<()> {
        let latest = self.act.clone().unwrap_or_default();
        let words: Vec<&str> =
            words.iter().map(|word| if word == "@act" { latest.as_str() } else { word.as_str() }).collect();
        let answer = self.node.command(&words).await?;
        if words.starts_with(&["sender", "allow"]) && self.seen.held_at.is_some() {
            // Nobody is held from here on, and the next look is a while away.
            self.seen.freed_at.get_or_insert_with(wall_clock);
        }
        if let Some(act) = answer["act"].as_str() {
            self.act = Some(act.to_owned());
            self.seen.acts.push(answer);
        }
        Ok(())
    }

    /// Lists whatever carried mail of the sender since the last look.
    pub(super) fn list_carriers(&mut self) -> Result<()> {
        let Some((sender, from)) = &mut self.carriers else { return Ok(()) };
        let arrived = self.world.playground.mailbox();
        let new = arrived.get(*from..).unwrap_or_default();
        *from = arrived.len();
        let peers: BTreeSet<IpAddr> =
            new.iter().filter(|one| one.mail_from == *sender).filter_map(|one| one.peer).collect();
        for source in self.scenario.sources() {
            let is_it = peers.contains(&IpAddr::V4(self.address(&source)?));
            if is_it && !self.seen.listed.contains_key(&source) {
                self.list(&source)?;
                self.tell_happened(format!("{source} is listed, for it carried mail that is unwanted"));
            }
        }
        Ok(())
    }

    async fn restart(&mut self) -> Result<()> {
        self.count_doubts().await;
        // A second one over the same directory is refused while the first lives: it is killed before.
        self.node.kill().await?;
        self.node = Node::start(&self.options.signpost, &self.world, self.scenario).await?;
        self.world.playground.set_connector(Some(self.node.smtp));
        Ok(())
    }

    fn address(&self, source: &str) -> Result<Ipv4Addr> {
        self.scenario.address(source).with_context(|| format!("the scenario has no source {source}"))
    }
}
