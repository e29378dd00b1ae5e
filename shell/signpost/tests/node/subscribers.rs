//! Subscribers of a real node: mail over the notices route and webhooks, across a kill.

use crate::status::get;
use crate::support::{Place, output};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};

const POST: &str = "import sys, urllib.request, urllib.error
try: answer = urllib.request.urlopen(sys.argv[1], sys.argv[2].encode())
except urllib.error.HTTPError as error: answer = error
sys.stdout.write(answer.read().decode())";

/// Listens, hands each connection to `talk`, and gives what it heard.
pub(crate) fn receiver(
    talk: fn(TcpStream, &Sender<String>) -> std::io::Result<()>,
) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (heard, hearing) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let heard = heard.clone();
            std::thread::spawn(move || talk(stream, &heard));
        }
    });
    (address, hearing)
}

pub(crate) fn submission(mut stream: TcpStream, heard: &Sender<String>) -> std::io::Result<()> {
    stream.write_all(b"220 mail.other.example\r\n")?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        let reply = match line.trim_end() {
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                let mut text = String::new();
                while !text.ends_with("\r\n.\r\n") && reader.read_line(&mut text)? > 0 {}
                let _test_is_over = heard.send(text);
                "250 taken"
            }
            _ => "250 ok",
        };
        stream.write_all(format!("{reply}\r\n").as_bytes())?;
        line.clear();
    }
    Ok(())
}

pub(crate) fn web(mut stream: TcpStream, heard: &Sender<String>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head)? > 0 {}
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let _test_is_over = heard.send(String::from_utf8_lossy(&body).into_owned());
    stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
}

pub(crate) fn next(hearing: &Receiver<String>, what: &str) -> String {
    hearing.recv_timeout(crate::support::WAIT).unwrap_or_else(|_| panic!("never: {what}"))
}

/// A letter's text, whose lines were folded on the way.
pub(crate) fn decoded(letter: &str) -> String {
    letter.replace("=\r\n", "").replace("=3D", "=")
}

/// The path of the link with `part`.
pub(crate) fn link<'l>(letter: &'l str, part: &str) -> &'l str {
    let line = letter.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{letter}"));
    line[line.find("/subscription/").unwrap()..].trim().trim_end_matches('>')
}

/// What the status page answers to a form.
pub(crate) fn post(place: &Place, path: &str, form: &str) -> String {
    let status = place.ask("{\"request\":\"status\"}").unwrap();
    let url = format!("http://{}{path}", status["done"]["status"].as_str().unwrap());
    let done = output(Command::new("python3").args(["-c", POST, &url, form]), b"");
    assert_eq!(done.code, 0, "{}", done.err);
    done.text()
}

pub(crate) fn listed(place: &Place) -> Vec<Value> {
    let told: Value = serde_json::from_str(&place.command(&["subscriber", "ls", "--json"]).text()).unwrap();
    told["subscribers"].as_array().unwrap().clone()
}

#[test]
fn subscribers_are_told_by_mail_and_webhook_and_a_kill_forgets_nobody() {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
    let ((mail, letters), (hook, calls)) = (receiver(submission), receiver(web));
    let place = Place::new(nobody, nobody);
    place.edit("signpost.toml", "route = \"\"", &format!("route = \"smtp://{mail}\""));
    place.edit("signpost.toml", "private_webhooks = false", "private_webhooks = true");
    let node = place.up(&["--playground"]);
    assert!(get(&place, "/subscribe/").contains("type=\"email\""));
    let asked = place.command(&["subscriber", "add", "--mail", "kim@customer.example"]);
    assert_eq!(asked.code, 0, "{}", asked.err);
    let letter = decoded(&next(&letters, "the letter that asks"));
    let done = post(&place, link(&letter, "/subscription/c-"), "");
    assert!(done.contains("You are subscribed"), "{done}");
    let url = format!("http://{hook}/hook");
    let added =
        place.command(&["subscriber", "add", "--webhook", &url, "--component", "EU - Signatures", "--json"]);
    assert_eq!(added.code, 0, "{}", added.err);
    assert_eq!(serde_json::from_str::<Value>(&added.text()).unwrap()["secret"].as_str().unwrap().len(), 64);
    node.kill();

    let node = place.up(&["--playground"]);
    let open = ["incident", "open", "Some mail waits", "--component", "eu/signatures", "--state", "partial"];
    let opened = place.command(&[&open[..], &["--text", "We look for the cause."]].concat());
    assert_eq!(opened.code, 0, "{}", opened.err);
    assert!(next(&letters, "the letter with the update").contains("We look for the cause."));
    let told = std::iter::repeat_with(|| next(&calls, "the call with the update"));
    let told: Value = told
        .map(|body| serde_json::from_str(&body).unwrap())
        .find(|call: &Value| call.get("incident").is_some())
        .unwrap();
    assert_eq!(told["incident"]["name"], "Some mail waits");
    let all = listed(&place);
    let kinds: std::collections::BTreeSet<&str> =
        all.iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["mail", "webhook"].into());
    for one in &all {
        assert_eq!(one["standing"], "active");
        assert_eq!(place.command(&["subscriber", "rm", one["id"].as_str().unwrap()]).code, 0);
    }
    assert_eq!(listed(&place), Vec::<Value>::new());
    assert!(node.stop().success());
    assert!(letters.try_recv().is_err(), "one mail for one update");
}

#[test]
fn what_cannot_be_told_is_refused_with_what_to_do() {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
    let place = Place::new(nobody, nobody);
    let _node = place.up(&["--playground"]);
    assert!(!get(&place, "/subscribe/").contains("type=\"email\""));
    let rows: [(&[&str], &str); 4] = [
        (&["add", "--mail", "kim@customer.example"], "notices.route"),
        (&["add", "--webhook", "https://127.0.0.1/hook"], "private_webhooks"),
        (
            &["add", "--webhook", "https://hooks.customer.example/", "--component", "EU - Nothing"],
            "incident ls",
        ),
        (&["rm", "0000"], "subscriber ls"),
    ];
    for (arguments, hint) in rows {
        let refused = place.command(&[&["subscriber"], arguments].concat());
        assert!(refused.code == 1 && refused.err.contains(hint), "{arguments:?}: {}", refused.err);
    }
}
