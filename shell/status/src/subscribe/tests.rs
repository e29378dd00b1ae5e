use super::*;
use crate::Settings;
use crate::view::{Affected, Author, Clocks, Component, Incident, Update, View};
use ::incident::{Impact, Phase, State, Text};
use model::{Duration, Metrics};
use receivers::{Heard, Mailbox, Web, request};
use std::net::SocketAddr;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

mod receivers;
mod vendors;
mod webhooks;

/// A minute passes in a tenth of a second.
const SCALE: u32 = 600;
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
const KIM: &str = "kim@customer.example";

struct Running {
    subscriptions: Subscriptions,
    site: Site,
    clock: Clock,
    metrics: Arc<Metrics>,
    page: SocketAddr,
    stop: oneshot::Sender<()>,
    clerk: JoinSet<()>,
    _serving: JoinSet<()>,
}

struct Set<'s> {
    directory: &'s Path,
    route: Option<String>,
    clock: Clock,
    site: Site,
}

impl<'s> Set<'s> {
    fn new(directory: &'s Path, mailbox: Option<&Mailbox>, scale: u32) -> Self {
        let clock = Clock::start(scale);
        let mut settings = Settings::new("http://status.relay.example");
        settings.name = "Relay Example".to_owned();
        settings.offers_mail = true;
        let site = Site::new(settings, clock.clone());
        site.show(View { made_at: clock.now(), components: parts(&clock), ..View::default() });
        let route = mailbox.map(|mailbox| format!("smtp://{}", mailbox.address));
        Self { directory, route, clock, site }
    }

    async fn start(&self) -> Running {
        let roots = &[];
        let postman = self.route.as_ref().map(|route| {
            let route = Route::parse(route).unwrap();
            Postman::new(
                &route,
                ("status@relay.example", "Relay Example"),
                "status.relay.example",
                |_| None,
                roots,
            )
            .unwrap()
        });
        let resolver =
            net::Resolver::new(&["127.0.0.1:9".parse().unwrap()], Duration::from_millis(100)).unwrap();
        let courier = Courier::new(resolver, roots, true).unwrap();
        let metrics: Arc<Metrics> = Arc::default();
        let (site, clock) = (self.site.clone(), self.clock.clone());
        let means = Means {
            site: site.clone(),
            clock: clock.clone(),
            metrics: Arc::clone(&metrics),
            postman,
            courier,
        };
        let (subscriptions, clerk) = Subscriptions::open(self.directory, means).unwrap();
        let listener = crate::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let page = listener.local_addr().unwrap();
        let mut serving = JoinSet::new();
        let pages = router(subscriptions.clone());
        serving.spawn(async move { crate::serve(listener, pages, std::future::pending()).await.unwrap() });
        let (stop, stopped) = oneshot::channel::<()>();
        let mut running = JoinSet::new();
        running.spawn(clerk.run(async {
            let _either_way = stopped.await.is_ok();
        }));
        Running { subscriptions, site, clock, metrics, page, stop, clerk: running, _serving: serving }
    }
}

impl Running {
    /// What is said on the page in addition.
    fn say(&self, update: &str, phase: Phase, part: usize) {
        let mut view = (*self.site.view()).clone();
        if view.incidents.is_empty() {
            view.incidents.push(incident(&self.clock, &view.components[part]));
        }
        let now = self.clock.now();
        let incident = &mut view.incidents[0];
        incident.phase = phase;
        incident.updates.insert(0, self::update(update, phase, now));
        view.changed_at = now;
        self.site.show(view);
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !is_so(self) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
    }

    fn standing(&self, index: usize) -> Option<Standing> {
        self.subscriptions.all().get(index).map(|one| one.standing.clone())
    }

    /// Subscribes `KIM` with the form and the link.
    async fn with_kim(&self, mailbox: &Mailbox, about: &str) {
        let form = format!("address=kim%40customer.example&{about}");
        let answer = request(self.page, "POST", "/subscribe/", &form, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let letter = mailbox.wait(1).await.remove(0);
        let link = letter.link("/subscription/c-");
        let opened = request(self.page, "GET", &link, "", &[]).await;
        assert!(opened.body.contains("<button>") && !opened.body.contains(KIM), "{}", opened.body);
        assert_eq!(self.standing(0), Some(Standing::Pending), "opening the link changes nothing");
        let answer = request(self.page, "POST", &link, "", &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(matches!(self.standing(0), Some(Standing::Active { .. })));
        assert_eq!(request(self.page, "POST", &link, "", &[]).await.status, 410, "a link works once");
    }

    async fn stop(mut self) {
        self.stop.send(()).unwrap();
        while self.clerk.join_next().await.is_some() {}
    }
}

fn parts(clock: &Clock) -> Vec<Component> {
    let part = |name: &str| Component {
        id: PublicId::of(name),
        region: "EU".to_owned(),
        name: Text::same(name),
        description: None,
        carries_mail: true,
        state: State::Operational,
        since: clock.now(),
        last_known: None,
        measured_at: Some(clock.now()),
        days: Vec::new(),
        created_at: clock.now(),
    };
    vec![part("Intake"), part("Signatures")]
}

fn incident(clock: &Clock, part: &Component) -> Incident {
    Incident {
        id: PublicId::known("abcdefghijkl"),
        title: Text::new("Microsoft refuses mail", "Microsoft lehnt E-Mail ab"),
        phase: Phase::Investigating,
        impact: Impact::Major,
        absorbed: false,
        clocks: Clocks { posted_at: clock.now(), ..Clocks::default() },
        detected_by: None,
        affected: vec![Affected {
            component: part.id.clone(),
            region: part.region.clone(),
            name: part.name.clone(),
            worst: State::PartialOutage,
            lasted: None,
        }],
        noticed: Text::same(""),
        done: Text::same(""),
        needed: Text::same(""),
        next_update_at: None,
        figures: Vec::new(),
        updates: Vec::new(),
        evidence: Vec::new(),
        postmortem: None,
        contradictions: Vec::new(),
    }
}

fn update(id: &str, phase: Phase, at: Timestamp) -> Update {
    Update {
        id: PublicId::known(id),
        phase,
        body: Text::new(format!("What {id} says."), format!("Was {id} sagt.")),
        author: Author::Rule,
        shown_at: at,
        created_at: at,
        edited_at: None,
        earlier: Vec::new(),
        evidence: Vec::new(),
        changes: Vec::new(),
    }
}

#[tokio::test]
async fn who_confirms_gets_one_mail_for_each_update_in_one_thread() {
    let (directory, mailbox) = (tempfile::tempdir().unwrap(), Mailbox::start().await);
    let set = Set::new(directory.path(), Some(&mailbox), SCALE);
    let running = set.start().await;
    running.with_kim(&mailbox, "about=all").await;
    running.say("update-one", Phase::Investigating, 0);
    mailbox.wait(2).await;
    running.say("update-two", Phase::Identified, 0);
    // The same view again, and an edit, are no news.
    let mut edited = (*running.site.view()).clone();
    edited.incidents[0].updates[0].body = Text::same("Edited.");
    edited.changed_at = running.clock.now();
    running.site.show(edited);
    running.say("update-three", Phase::Resolved, 0);
    let letters = mailbox.wait(4).await;
    assert_eq!(letters.len(), 4);
    let threads: Vec<String> = letters[1..].iter().map(|letter| letter.header("References")).collect();
    assert_eq!(threads, vec!["<abcdefghijkl@status.relay.example>"; 3]);
    let ids: BTreeSet<String> = letters.iter().map(|letter| letter.header("Message-ID")).collect();
    assert_eq!(ids.len(), 4);
    let first = &letters[1];
    assert_eq!(first.to, KIM);
    assert_eq!(first.header("Subject"), "[Relay Example] Microsoft refuses mail");
    assert_eq!(letters[2].header("Subject"), "Re: [Relay Example] Microsoft refuses mail");
    assert_eq!(first.header("Auto-Submitted"), "auto-generated");
    assert_eq!(first.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let text = first.text();
    for part in [
        "Investigating",
        "Major",
        "EU › Intake",
        "What update-one says.",
        "http://status.relay.example/incidents/abcdefghijkl/",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    running.stop().await;
}

#[tokio::test]
async fn only_chosen_parts_are_told_and_in_the_language_of_the_form() {
    let (directory, mailbox) = (tempfile::tempdir().unwrap(), Mailbox::start().await);
    let set = Set::new(directory.path(), Some(&mailbox), SCALE);
    let running = set.start().await;
    let chosen = format!("about=some&part={}", PublicId::of("Signatures").as_str());
    running.with_kim(&mailbox, &chosen).await;
    let added =
        running.subscriptions.ask("lee@other.example", incident::Language::De, &["EU - Intake".to_owned()]);
    added.unwrap();
    let link = mailbox.wait(2).await.remove(1).link("/de/subscription/c-");
    assert_eq!(request(running.page, "POST", &link, "", &[]).await.status, 200);
    running.say("on-intake", Phase::Investigating, 0);
    let letters = mailbox.wait(3).await;
    running.until("letters wait", |running| running.subscriptions.waiting() == 0).await;
    assert_eq!(mailbox.letters().len(), 3);
    assert_eq!(letters[2].to, "lee@other.example");
    let text = letters[2].text();
    assert!(text.contains("Was on-intake sagt.") && text.contains("Wird untersucht"), "{text}");
    running.stop().await;
}

#[tokio::test]
async fn a_restart_in_the_middle_loses_no_mail_and_sends_none_twice() {
    let (directory, mailbox) = (tempfile::tempdir().unwrap(), Mailbox::start().await);
    let set = Set::new(directory.path(), Some(&mailbox), SCALE);
    let running = set.start().await;
    running.with_kim(&mailbox, "about=all").await;
    mailbox.refuse_next(["451 4.3.0 later"]);
    running.say("update-one", Phase::Investigating, 0);
    running
        .until("the refusal is not noted", |running| running.subscriptions.all()[0].failing_since.is_some())
        .await;
    running.stop().await;

    let again = set.start().await;
    assert_eq!(again.subscriptions.waiting(), 1);
    again.say("update-two", Phase::Resolved, 0);
    mailbox.wait(3).await;
    again.until("letters wait", |again| again.subscriptions.waiting() == 0).await;
    assert_eq!(again.subscriptions.all()[0].failing_since, None);
    again.stop().await;

    let third = set.start().await;
    third.say("update-three", Phase::Resolved, 0);
    let letters = mailbox.wait(4).await;
    third.until("letters wait", |third| third.subscriptions.waiting() == 0).await;
    assert_eq!(mailbox.letters().len(), 4);
    let mut said: Vec<&str> = vec!["update-one", "update-two", "update-three"];
    said.retain(|word| letters[1..].iter().filter(|letter| letter.text().contains(word)).count() != 1);
    assert_eq!(said, Vec::<&str>::new(), "each is told exactly once");
    third.stop().await;
}

#[tokio::test]
async fn one_click_ends_a_subscription_and_opening_the_link_does_not() {
    let (directory, mailbox) = (tempfile::tempdir().unwrap(), Mailbox::start().await);
    let set = Set::new(directory.path(), Some(&mailbox), SCALE);
    let running = set.start().await;
    running.with_kim(&mailbox, "about=all").await;
    running.say("update-one", Phase::Investigating, 0);
    let letter = mailbox.wait(2).await.remove(1);
    let link = letter.header("List-Unsubscribe");
    let link = link.trim_matches(['<', '>']).trim_start_matches("http://status.relay.example").to_owned();
    assert_eq!(request(running.page, "GET", &link, "", &[]).await.status, 200);
    assert_eq!(running.subscriptions.all().len(), 1);
    let narrowed = format!("about=some&part={}&language=de&action=save", PublicId::of("Intake").as_str());
    assert_eq!(request(running.page, "POST", &link, &narrowed, &[]).await.status, 200);
    let one = running.subscriptions.all().remove(0);
    assert_eq!(one.wanted, Wanted::Parts(BTreeSet::from([PublicId::of("Intake")])));
    assert!(matches!(one.way, Way::Mail { language: Language::De, .. }));
    request(running.page, "POST", &link, "", &[]).await;
    assert_eq!(running.subscriptions.all(), [one], "a body that says nothing changed something");
    // RFC 8058 §3.2 knows both forms.
    let multipart =
        "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    for body in [multipart, "List-Unsubscribe=One-Click"] {
        let answer = request(running.page, "POST", &link, body, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    assert_eq!(running.subscriptions.all(), []);
    let forged = format!("{}0", &link[..link.len() - 1]);
    let other = format!("{}1", &link[..link.len() - 1]);
    let statuses = [&forged, &other].map(|link| request(running.page, "POST", link, "", &[]));
    let [first, second] = statuses;
    assert!([first.await.status, second.await.status].contains(&410));
    running.stop().await;
    let journal = std::fs::read_to_string(directory.path().join(NAME)).unwrap();
    let (_, kept) =
        Journal::<record::Record>::open(directory.path(), NAME, Arc::new(book::condensed)).unwrap();
    assert!(journal.contains(KIM) && !serde_json::to_string(&kept).unwrap().contains(KIM));
}

#[tokio::test]
async fn the_form_says_the_same_to_everybody_and_writes_once() {
    let (directory, mailbox) = (tempfile::tempdir().unwrap(), Mailbox::start().await);
    let set = Set::new(directory.path(), Some(&mailbox), 1);
    let running = set.start().await;
    let post = |form: &'static str| {
        request(running.page, "POST", "/subscribe/", form, &[("X-Forwarded-For", "198.51.100.7")])
    };
    let first = post("address=kim%40customer.example&about=all").await;
    mailbox.wait(1).await;
    let again = post("address=KIM%40customer.example&about=all").await;
    let other = post("address=lee%40other.example&about=all").await;
    let stamp = |body: &str| body.split("<footer>").next().unwrap_or_default().to_owned();
    assert_eq!((first.status, stamp(&first.body)), (again.status, stamp(&again.body)));
    assert_eq!((first.status, stamp(&first.body)), (other.status, stamp(&other.body)));
    let letters = mailbox.wait(2).await;
    assert_eq!(letters.iter().filter(|letter| letter.to == KIM).count(), 1, "ten minutes are not over");
    let bad = post("address=nobody&about=all").await;
    assert_eq!(bad.status, 400);
    post("address=a%40b.example&about=some").await;
    let refused = post("address=mia%40other.example&about=all").await;
    assert_eq!(refused.status, 429, "five in ten minutes are enough for one network");
    let elsewhere = [("X-Forwarded-For", "203.0.113.9, 198.51.100.8")];
    let form = "address=mia%40other.example&about=all";
    assert_eq!(request(running.page, "POST", "/subscribe/", form, &elsewhere).await.status, 200);
    running.stop().await;
}

#[tokio::test]
async fn addresses_with_a_tag_get_no_more_letters_than_their_mailbox() {
    let (directory, mailbox) = (tempfile::tempdir().unwrap(), Mailbox::start().await);
    let set = Set::new(directory.path(), Some(&mailbox), 1);
    let running = set.start().await;
    for address in ["kim+a@customer.example", "kim+b@customer.example", KIM, "lee@other.example"] {
        running.subscriptions.ask(address, Language::En, &[]).unwrap();
    }
    let to: BTreeSet<String> = mailbox.wait(2).await.into_iter().map(|letter| letter.to).collect();
    assert_eq!(to, BTreeSet::from(["kim+a@customer.example", "lee@other.example"].map(str::to_owned)));
    assert_eq!(running.subscriptions.all().len(), 2, "who got no letter is not remembered");
    running.stop().await;
}

#[tokio::test]
async fn a_mailbox_that_does_not_exist_is_written_to_no_more() {
    let (directory, mailbox) = (tempfile::tempdir().unwrap(), Mailbox::start().await);
    let set = Set::new(directory.path(), Some(&mailbox), SCALE);
    let running = set.start().await;
    running.with_kim(&mailbox, "about=all").await;
    mailbox.refuse_next(["550 5.1.1 no such user"]);
    running.say("update-one", Phase::Investigating, 0);
    running
        .until("it is not noticed", |running| {
            matches!(running.standing(0), Some(Standing::Quarantined { .. }))
        })
        .await;
    running.say("update-two", Phase::Resolved, 0);
    running.until("letters wait", |running| running.subscriptions.waiting() == 0).await;
    assert_eq!(mailbox.letters().len(), 1);
    assert_eq!(running.metrics.subscribers_given_up.get(), 1);
    running.stop().await;
}

#[tokio::test]
async fn without_a_route_the_form_is_closed_and_what_waits_leaves_with_one() {
    let (directory, mailbox) = (tempfile::tempdir().unwrap(), Mailbox::start().await);
    let mut set = Set::new(directory.path(), Some(&mailbox), SCALE);
    let running = set.start().await;
    running.with_kim(&mailbox, "about=all").await;
    running.stop().await;
    let route = set.route.take();
    let running = set.start().await;
    assert!(matches!(running.subscriptions.ask(KIM, Language::En, &[]), Err(SubscribeError::NoRoute)));
    running.say("update-one", Phase::Investigating, 0);
    running.until("no letter is made", |running| running.subscriptions.waiting() == 1).await;
    running.stop().await;
    set.route = route;
    let running = set.start().await;
    assert!(mailbox.wait(2).await[1].text().contains("What update-one says."));
    running.stop().await;
}

#[test]
fn addresses_are_masked_in_logs_and_odd_ones_refused() {
    assert_eq!(masked(KIM), "k…@customer.example");
    assert_eq!(checked(" kim@customer.example ").unwrap(), KIM);
    for odd in [
        "",
        "kim",
        "kim@localhost",
        "kim@[127.0.0.1]",
        "\"a b\"@customer.example",
        "kim@a.example, lee@b.example",
        "kim@a.example\r\nBcc: lee@b.example",
    ] {
        assert!(checked(odd).is_err(), "{odd:?}");
    }
}

#[tokio::test]
async fn a_letter_leaves_over_tls_with_a_password_and_never_to_a_stranger() {
    let (mailbox, root) = Mailbox::start_secured("kim:geheim").await;
    let link = Route::parse(&format!("smtps://kim:env:PASS@localhost:{}", mailbox.address.port())).unwrap();
    let mail = letters::Mail::for_test(KIM);
    let from = ("status@relay.example", "Relay");
    let postman = |password: &'static str, roots: &[rustls_pki_types::CertificateDer<'static>]| {
        let secret = move |reference: &str| (reference == "env:PASS").then(|| password.to_owned());
        Postman::new(&link, from, "status.relay.example", secret, roots).unwrap()
    };
    let good = postman("geheim\n", std::slice::from_ref(&root)).send(&mail).await;
    assert_eq!(good, postman::Outcome::Sent);
    assert_eq!(mailbox.wait(1).await[0].to, KIM);
    for outcome in [postman("falsch", &[root]).send(&mail).await, postman("geheim", &[]).send(&mail).await] {
        let postman::Outcome::Again(why) = outcome else { panic!("{outcome:?}") };
        assert!(!why.contains("geheim") && !why.contains("falsch"), "{why}");
    }
    assert_eq!(mailbox.letters().len(), 1);
}

#[tokio::test]
async fn a_password_is_not_said_without_tls() {
    let mailbox = Mailbox::start().await;
    let route = Route::parse(&format!("smtp://kim:geheim@{}", mailbox.address)).unwrap();
    let postman =
        Postman::new(&route, ("status@relay.example", "Relay"), "x.example", |_| None, &[]).unwrap();
    let outcome = postman.send(&letters::Mail::for_test(KIM)).await;
    assert!(matches!(outcome, postman::Outcome::Again(_)), "{outcome:?}");
    assert_eq!(mailbox.letters().len(), 0);
}

#[tokio::test]
async fn an_update_that_waited_for_a_person_is_told_when_it_is_public() {
    let (directory, mailbox) = (tempfile::tempdir().unwrap(), Mailbox::start().await);
    let set = Set::new(directory.path(), Some(&mailbox), SCALE);
    let running = set.start().await;
    running.with_kim(&mailbox, "about=all").await;
    let mut view = (*running.site.view()).clone();
    let now = running.clock.now();
    let mut incident = incident(&running.clock, &view.components[0]);
    incident.updates.push(update("long-waited", Phase::Investigating, now - Duration::from_secs(2 * 86_400)));
    incident.clocks.updated_at = now;
    view.incidents.push(incident);
    view.changed_at = now;
    running.site.show(view);
    assert!(mailbox.wait(2).await[1].text().contains("What long-waited says."));
    running.stop().await;
}
