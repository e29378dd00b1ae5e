//! Handshakes in memory between our two sides: what is accepted, what is recorded, what is refused.

use super::*;
use model::{Duration, Timestamp};
use rustls::{ClientConnection, ServerConnection};
use rustls_pki_types::ServerName;

/// Shakes hands without a socket and gives back the client certificate that the server saw.
fn shake(
    server: Arc<rustls::ServerConfig>,
    client: Arc<rustls::ClientConfig>,
    name: &str,
) -> Result<Option<Vec<u8>>, Box<dyn std::error::Error>> {
    let mut server = ServerConnection::new(server)?;
    let mut client = ClientConnection::new(client, ServerName::try_from(name.to_owned())?)?;
    for _ in 0..10 {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire)?;
        }
        server.read_tls(&mut wire.as_slice())?;
        server.process_new_packets()?;
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire)?;
        }
        client.read_tls(&mut wire.as_slice())?;
        client.process_new_packets()?;
    }
    Ok(server.peer_certificates().and_then(|chain| chain.first()).map(|der| der.to_vec()))
}

fn own(hostname: &str) -> Identity {
    let from = Timestamp::from_micros(1_700_000_000_000_000);
    self_signed(hostname, from, from + Duration::from_secs(86_400 * 36_500))
        .unwrap()
        .identity(hostname)
        .unwrap()
}

fn presenting(identity: &Identity) -> Arc<Presenter> {
    Arc::new(Presenter::new(identity).unwrap())
}

/// The names of the certificate that a client asking for `name` is shown.
fn shown(server: &Arc<rustls::ServerConfig>, name: &str) -> Vec<String> {
    let client = client_config(Verification::None, &[], None).unwrap();
    let mut client = ClientConnection::new(client, ServerName::try_from(name.to_owned()).unwrap()).unwrap();
    let mut server = ServerConnection::new(Arc::clone(server)).unwrap();
    while client.peer_certificates().is_none() {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets().unwrap();
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        client.read_tls(&mut wire.as_slice()).unwrap();
        client.process_new_packets().unwrap();
    }
    Facts::of(&client.peer_certificates().unwrap()[0], "shown").unwrap().names
}

#[test]
fn a_self_signed_certificate_says_what_it_was_made_for() {
    let from = Timestamp::from_micros(1_800_000_000_000_000);
    let until = from + Duration::from_secs(365 * 86_400);
    let identity = self_signed("in.example", from, until).unwrap().identity("in.example").unwrap();
    let facts = Facts::of(&identity.chain[0], "in.example").unwrap();
    assert_eq!(
        (facts.names.as_slice(), facts.issuer.as_str()),
        (["in.example".to_owned()].as_slice(), "in.example")
    );
    assert_eq!((facts.not_before, facts.not_after), (from, until));
    assert!(facts.covers("IN.example") && !facts.covers("x.in.example") && !facts.covers("example"));
}

#[test]
fn a_star_stands_for_one_label() {
    let facts = Facts::of(&own("*.relay.example").chain[0], "star").unwrap();
    assert!(facts.covers("in.relay.example"));
    assert!(!facts.covers("relay.example") && !facts.covers("a.in.relay.example"));
}

#[test]
fn a_change_is_seen_by_the_next_handshake_and_a_wrong_key_changes_nothing() {
    let presenter = presenting(&own("old.example"));
    let server = server_config(Arc::clone(&presenter), ClientCertificates::Request).unwrap();
    assert_eq!(shown(&server, "any.example"), ["old.example"]);
    presenter.present(None, &own("new.example")).unwrap();
    assert_eq!(shown(&server, "any.example"), ["new.example"]);
    let mixed = Identity { chain: own("a.example").chain, key: own("b.example").key };
    let error = presenter.present(None, &mixed).unwrap_err().to_string();
    assert!(error.contains("do not fit together"), "{error}");
    assert_eq!(shown(&server, "any.example"), ["new.example"]);
}

#[test]
fn who_asks_for_a_known_name_sees_its_certificate() {
    let presenter = presenting(&own("in.example"));
    presenter.present(Some("Second.example"), &own("second.example")).unwrap();
    let server = server_config(Arc::clone(&presenter), ClientCertificates::None).unwrap();
    assert_eq!(shown(&server, "second.EXAMPLE"), ["second.example"]);
    assert_eq!(shown(&server, "elsewhere.example"), ["in.example"]);
    assert_eq!(
        presenter.leaf(Some("second.example")).unwrap(),
        presenter.leaf(Some("SECOND.example")).unwrap()
    );
}

#[test]
fn opportunistic_takes_any_certificate_and_verify_only_a_known_root_with_the_name() {
    let identity = own("mx.example");
    let roots = identity.chain.clone();
    let server = server_config(presenting(&identity), ClientCertificates::Request).unwrap();
    let check = |verification: Verification, roots: &[_], name: &str, good: bool| {
        let client = client_config(verification.clone(), roots, None).unwrap();
        assert_eq!(shake(Arc::clone(&server), client, name).is_ok(), good, "{verification:?} {name}");
    };
    check(Verification::None, &[], "elsewhere.example", true);
    check(Verification::Name, &[], "mx.example", false);
    check(Verification::Name, &roots, "mx.example", true);
    check(Verification::Name, &roots, "elsewhere.example", false);
}

#[test]
fn a_client_certificate_is_recorded_and_demanded_only_where_configured() {
    let (listener, tenant) = (presenting(&own("in.example")), own("tenant.example"));
    let shown = tenant.chain[0].to_vec();
    let with = client_config(Verification::None, &[], Some(tenant)).unwrap();
    let without = client_config(Verification::None, &[], None).unwrap();
    let server = |ask| server_config(Arc::clone(&listener), ask).unwrap();
    let shake = |ask, client: &Arc<_>| shake(server(ask), Arc::clone(client), "in.example");
    assert_eq!(shake(ClientCertificates::None, &with).unwrap(), None);
    assert_eq!(shake(ClientCertificates::Request, &with).unwrap(), Some(shown.clone()));
    assert_eq!(shake(ClientCertificates::Request, &without).unwrap(), None);
    assert_eq!(shake(ClientCertificates::Require, &with).unwrap(), Some(shown));
    assert!(shake(ClientCertificates::Require, &without).is_err());
}

#[test]
fn damaged_pem_names_its_file() {
    let error = identity(b"nonsense", b"nonsense", "listener eu-in").unwrap_err();
    assert_eq!(error.to_string(), "listener eu-in holds no certificate");
}
