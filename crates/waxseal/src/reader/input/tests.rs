use super::ArchiveFile;

fn check(limit: u64, expected: Result<u64, &str>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tgz");
    std::fs::write(&path, [0; 100]).unwrap();
    let opened = ArchiveFile::open(&path, limit).map(|archive| archive.length);
    assert_eq!(opened, expected.map_err(str::to_owned));
}

#[test]
fn an_archive_up_to_the_limit_is_opened() {
    check(100, Ok(100));
    check(99, Err("it holds more than 99 bytes"));
}

#[test]
fn a_folder_is_no_archive() {
    let folder = tempfile::tempdir().unwrap();
    let refused = ArchiveFile::open(folder.path(), 100).map(|_| ());
    assert_eq!(refused, Err("it is not a file".to_owned()));
}
