use super::{LogFormat, OperatorConfig, read};
use model::Duration;
use std::path::Path;

const EXAMPLE: &str = include_str!("../../../../docs/example/signpost.toml");

fn problems(text: &str) -> Vec<String> {
    let (config, problems, _) = read("signpost.toml", text.as_bytes(), Path::new("/etc/signpost"));
    assert_eq!(config.is_none(), !problems.is_empty());
    problems.iter().map(ToString::to_string).collect()
}

fn example() -> OperatorConfig {
    let (config, problems, _) = read("signpost.toml", EXAMPLE.as_bytes(), Path::new("/etc/signpost"));
    assert_eq!(problems, []);
    config.unwrap()
}

#[test]
fn the_example_is_read_whole() {
    let config = example();
    assert_eq!(config.data_dir, Path::new("/etc/signpost/signpost-data"));
    assert_eq!((config.listeners.len(), config.sources.len()), (1, 2));
    assert_eq!(config.queue.retry_return[0], Duration::from_secs(5));
    assert_eq!(config.queue.expire, Duration::from_secs(5 * 86_400));
    assert_eq!((config.dnsbl.zones.len(), config.dnsbl.zones[0].tier), (2, 'a'));
    assert_eq!(config.log.format, LogFormat::Text);
    assert_eq!(config.notices_route, None);
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_line() {
    let text = EXAMPLE
        .replace("127.0.0.1:2525", "localhost")
        .replace("retry_return   =", "retry_retrun   =")
        .replace("\"127.0.0.1:8025\"", "\"0.0.0.0:8025\"")
        .replace("expire         = \"5d\"", "expire         = \"5y\"");
    let found = problems(&text).join("\n");
    for part in ["signpost.toml:8", "retry_retrun", "did you mean `retry_return`", "loopback", "expire"] {
        assert!(found.contains(part), "{part} is not in\n{found}");
    }
}

#[test]
fn a_file_without_listener_and_source_is_told_so() {
    let found = problems("region = \"eu\"\n").join("\n");
    assert!(found.contains("[[listener]]") && found.contains("[[source]]"), "{found}");
}

#[test]
fn a_dead_block_list_is_refused_with_its_day() {
    let text = EXAMPLE.replace("bl.spamcop.net", "dnsbl.sorbs.net");
    assert!(problems(&text).join("\n").contains("closed on 2024-06-05"));
}

#[test]
fn two_of_one_name_are_refused() {
    let text = EXAMPLE.replace("\"eu-2\"", "\"eu-1\"");
    assert!(problems(&text).join("\n").contains("two [[source]] with the name `eu-1`"));
}

#[test]
fn what_has_a_default_may_be_left_out() {
    let least = "region = \"eu\"\n[[listener]]\nname = \"in\"\naddress = \"127.0.0.1:0\"\n\
        [[source]]\nname = \"a\"\naddress = \"127.0.1.1\"\nehlo = \"a.example\"\n";
    let (config, problems, _) = read("signpost.toml", least.as_bytes(), Path::new("."));
    assert_eq!(problems, []);
    let config = config.unwrap();
    assert!(!config.listeners[0].hostname.is_empty());
    assert_eq!((config.sources[0].weight, config.resolver.timeout), (10, Duration::from_secs(3)));
}

#[test]
fn a_notice_source_is_marked_and_is_not_the_only_kind() {
    let text = EXAMPLE.replace("notice  = false", "notice  = true ");
    let (config, problems_found, _) = read("signpost.toml", text.as_bytes(), Path::new("."));
    assert_eq!(problems_found, []);
    let marked: Vec<bool> = config.unwrap().sources.iter().map(|source| source.notice).collect();
    assert_eq!(marked, [true, false]);
    let all = text.replace("network = \"provider-b\"", "network = \"provider-b\"\nnotice = true");
    assert!(problems(&all).join("\n").contains("only sources with `notice = true`"));
}
