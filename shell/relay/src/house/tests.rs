//! The house's snapshot compiles, and is nobody else's.

use super::*;

#[test]
fn the_house_has_a_snapshot_that_no_tenant_can_have() {
    let house = snapshot(None).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert!(is_it(&house.settings.name, house.number), "{:?}", house.settings);
    assert!(!is_it(&house.settings.name, SnapshotNumber(1)));
    let tenants = crate::Tenants::new();
    assert!(tenants.numbered(&house.settings.name, house.number).is_none());
    tenants.set_house(Arc::clone(&house));
    assert!(tenants.numbered(&house.settings.name, house.number).is_some());
    assert!(tenants.current(&house.settings.name).is_some() && tenants.all().is_empty());
    assert!(tenants.owner(&house.settings.domains[0]).is_none());
}
