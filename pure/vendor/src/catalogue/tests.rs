use super::catalogue;

#[test]
fn every_vendor_has_an_address_of_the_web_and_a_source() {
    let all = catalogue();
    assert!(all.is_sorted_by(|one, next| one.id < next.id), "ids are unique and in order");
    for entry in all {
        assert!(entry.url.starts_with("https://") && crate::plain::url(&entry.url).is_some(), "{}", entry.id);
        assert!(!entry.source.is_empty() && !entry.name.is_empty(), "{}", entry.id);
    }
}
