use super::addresses;

#[test]
fn only_the_address_of_a_page_is_looked_around() {
    assert_eq!(addresses("https://status.x.example/")[1], "https://status.x.example/api/v2/summary.json");
    assert_eq!(addresses("https://status.x.example").len(), super::PATHS.len());
    for more in ["https://status.x.example/history", "status.x.example", "https://", ""] {
        assert_eq!(addresses(more), Vec::<String>::new(), "{more}");
    }
}
