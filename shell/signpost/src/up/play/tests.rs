use super::{example, operator_file};
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
