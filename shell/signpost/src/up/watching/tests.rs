//! Hosts in what tenants write.

use super::hosts;

#[test]
fn the_hosts_of_links_and_images_are_found() {
    let check = |text: &str, expected: &[&str]| {
        let found: Vec<String> = hosts(text).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{text}");
    };
    check("<a href=\"https://www.Acme.example/x?u=https://b.example\">", &["b.example", "www.acme.example"]);
    check("src='http://user@img.acme.example:8080/logo.png'", &["img.acme.example"]);
    check("HTTPS://acme.example", &["acme.example"]);
    check("see https://acme.example, or http://127.0.0.1/ and ftp://f.example", &["acme.example"]);
    check("https://{{ person.host }}/ mailto:a@b.example cid:logo", &[]);
    check("é://acme.example https://", &[]);
}
