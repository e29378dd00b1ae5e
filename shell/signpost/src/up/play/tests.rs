use super::{SECRET_FILE, example, operator_file, secret};
use crate::folders;
use std::path::Path;

#[test]
fn the_compiled_in_example_is_the_folder_of_the_documents() {
    let folder =
        folders::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/example/acme")).unwrap();
    assert_eq!(example(), folder);
}

#[test]
fn the_operator_file_of_a_playground_asks_its_name_server() {
    let text = operator_file(crate::up::EXAMPLE);
    let (config, problems, _) = crate::config::read("example", text.as_bytes(), Path::new("."));
    assert_eq!(problems, []);
    assert_eq!(config.unwrap().resolver.servers, [super::DNS]);
}

#[test]
fn a_playgrounds_secret_is_made_once() {
    let directory = tempfile::tempdir().unwrap();
    let made = secret(directory.path()).unwrap();
    assert_eq!(made.len(), 32);
    assert_eq!(secret(directory.path()).unwrap(), made);
    std::fs::write(directory.path().join(SECRET_FILE), "").unwrap();
    assert_eq!(secret(directory.path()).unwrap().len(), 32, "an empty one is made again");
}
