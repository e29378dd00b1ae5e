//! Which snapshots are forgotten.

use super::*;

fn acme() -> TenantName {
    "acme".parse().unwrap()
}

fn publish(tenants: &Tenants, number: u64) {
    let settings = "name = \"acme\"\ndomains = [\"acme.example\"]\nregion = \"eu\"\n[connector]\nkind = \"address\"\n\
                    networks = [\"127.0.0.0/8\"]\n[egress]\nmode = \"return\"\nsmart_host = \"mx:acme.example\"\n";
    let folder = tenant::Folder([("tenant.toml".to_owned(), settings.as_bytes().to_vec())].into());
    let snapshot = tenant::compile(&folder, SnapshotNumber(number), &|_| None).unwrap();
    tenants.publish(Arc::new(snapshot)).unwrap();
}

#[test]
fn a_snapshot_that_a_session_has_in_hand_is_not_forgotten_before_its_message_names_it() {
    let (tenants, nothing) = (Tenants::new(), BTreeSet::new());
    publish(&tenants, 1);
    let session = tenants.current(&acme()).unwrap();
    publish(&tenants, 2);
    publish(&tenants, 3);
    let idle = tenants.idle();
    assert_eq!(idle, BTreeSet::from([(acme(), SnapshotNumber(2))]));
    // It commits, and lets go, between the two questions.
    drop(session);
    tenants.prune(&idle, &nothing);
    assert!(tenants.numbered(&acme(), SnapshotNumber(1)).is_some());
    assert!(tenants.numbered(&acme(), SnapshotNumber(2)).is_none());
    let used = BTreeSet::from([(acme(), SnapshotNumber(1))]);
    tenants.prune(&tenants.idle(), &used);
    assert!(tenants.numbered(&acme(), SnapshotNumber(1)).is_some());
    tenants.prune(&tenants.idle(), &nothing);
    assert!(tenants.numbered(&acme(), SnapshotNumber(1)).is_none());
}
