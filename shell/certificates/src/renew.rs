//! Orders at the authority: which are due, one after another, and when to come again.
//!
//! A name that is presented on several faces is ordered once. A refusal leaves what is presented as it is.

use crate::acme::Acme;
use crate::face::{Face, Wish};
use crate::keeper::Keeper;
use crate::life::renew_at;
use crate::line::Source;
use crate::pace::Tries;
use model::{Duration, Timestamp};

/// However far away the next order is, it is thought about this often.
const THINK: Duration = Duration::from_secs(3_600);

impl Keeper {
    pub(crate) async fn renew_always(&self) {
        let mut is_asked = false;
        loop {
            let next = self.renew_due(self.means.clock.now(), is_asked).await;
            is_asked = tokio::select! {
                () = self.order_asked.notified() => true,
                () = self.means.clock.sleep_until(next) => false,
            };
        }
    }

    /// Orders what is due at `now`; gives when to come again. `is_asked`: a person has mended something, so that refusals of ours
    /// that an authority has not set a time for are tried again.
    pub async fn renew_due(&self, now: Timestamp, is_asked: bool) -> Timestamp {
        let mut next = now + THINK;
        let Some(acme) = &self.acme else { return next };
        let wanted = self.faces.iter().filter(|face| face.config.wish == Wish::Acme);
        let mut names: Vec<&str> = wanted.map(|face| face.config.hostname.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        for hostname in names {
            let due = self.due(acme, hostname, now, is_asked);
            next = next.min(if due <= now { self.renew(acme, hostname, now).await } else { due });
        }
        next
    }

    /// When `hostname` is to be ordered.
    fn due(&self, acme: &Acme, hostname: &str, now: Timestamp, is_asked: bool) -> Timestamp {
        let tries = acme.tries(hostname);
        let is_from_here = tries.issued_by.as_deref() == Some(acme.url());
        let kept = self.faces_of(hostname).find(|face| face.source() == Source::Acme);
        let wished = kept.filter(|_| is_from_here).map_or(now, |face| renew_at(&face.facts()));
        if let (Some(why), Some(not_before)) = (&tries.why, tries.not_before)
            && wished <= now
        {
            self.tell(hostname, why, not_before);
        }
        tries.may_be_tried(is_asked).map_or(wished, |not_before| not_before.max(wished))
    }

    /// Orders and presents; gives when to come again.
    async fn renew(&self, acme: &Acme, hostname: &str, now: Timestamp) -> Timestamp {
        tracing::info!(hostname, directory = acme.url(), "a certificate is ordered");
        match acme.issue(hostname, now).await {
            Ok((identity, facts)) => {
                tracing::info!(hostname, until = %facts.not_after, "a certificate was issued and is presented");
                acme.keep_tries(hostname, &Tries::issued(acme.url()));
                let next = renew_at(&facts);
                for face in self.faces_of(hostname) {
                    if let Err(error) = face.take(&identity, facts.clone(), Source::Acme) {
                        face.set_trouble(error.to_string());
                    }
                }
                self.changed.notify_one();
                next
            }
            Err(refusal) => {
                let mut tries = acme.tries(hostname);
                tries.refuse(&refusal, net::random::<1>()[0], self.means.clock.now());
                acme.keep_tries(hostname, &tries);
                let next = tries.not_before.unwrap_or(now + THINK);
                self.tell(hostname, &refusal.why, next);
                next
            }
        }
    }

    /// Puts a refusal where the watch finds it; it alarms what it has not told.
    fn tell(&self, hostname: &str, why: &str, next: Timestamp) {
        for face in self.faces_of(hostname) {
            let text = format!("{why}; tried again at {next}");
            if face.trouble().as_ref() != Some(&text) {
                face.set_trouble(text);
                self.changed.notify_one();
            }
        }
    }

    fn faces_of<'k>(&'k self, hostname: &'k str) -> impl Iterator<Item = &'k Face> {
        let is_it = move |face: &&Face| face.config.wish == Wish::Acme && face.config.hostname == hostname;
        self.faces.iter().filter(is_it)
    }
}
