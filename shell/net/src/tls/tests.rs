//! Handshakes in memory between our two sides: what is accepted, what is recorded, what is refused.

use super::*;
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

fn own(hostname: &str) -> (tempfile::TempDir, Identity) {
    let directory = tempfile::tempdir().unwrap();
    let identity = self_signed(directory.path(), hostname).unwrap();
    (directory, identity)
}

#[test]
fn the_self_signed_certificate_is_made_once() {
    let (directory, first) = own("in.example");
    let second = self_signed(directory.path(), "in.example").unwrap();
    assert_eq!(first.chain, second.chain);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(directory.path().join("in.example.key")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn opportunistic_takes_any_certificate_and_verify_only_a_known_root_with_the_name() {
    let (_kept, identity) = own("mx.example");
    let roots = identity.chain.clone();
    let server = server_config(identity, ClientCertificates::Request).unwrap();
    let check = |verification, roots: &[_], name: &str, good: bool| {
        let client = client_config(verification, roots, None).unwrap();
        assert_eq!(shake(Arc::clone(&server), client, name).is_ok(), good, "{verification:?} {name}");
    };
    check(Verification::None, &[], "elsewhere.example", true);
    check(Verification::Name, &[], "mx.example", false);
    check(Verification::Name, &roots, "mx.example", true);
    check(Verification::Name, &roots, "elsewhere.example", false);
}

#[test]
fn a_client_certificate_is_recorded_and_demanded_only_where_configured() {
    let (_kept, listener) = own("in.example");
    let (_kept_too, tenant) = own("tenant.example");
    let shown = tenant.chain[0].to_vec();
    let with = client_config(Verification::None, &[], Some(tenant)).unwrap();
    let without = client_config(Verification::None, &[], None).unwrap();
    let server = |ask| server_config(listener.clone(), ask).unwrap();
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
