//! Vaults: the password is found, and what is wrong is said without telling a secret.

use exeat_package::{Unlock, VaultError, generate_password, read_password, write_vault};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

fn unlock(password: &str) -> Unlock {
    Unlock::with_password(SecretString::from(password))
}

fn vault(unlock: &Unlock, password: &SecretString) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_vault(&mut bytes, unlock, "External", "INTEGO ZIP", password).unwrap();
    bytes
}

#[test]
fn a_new_vault_gives_its_password_back() {
    let password = generate_password().unwrap();
    let vault = vault(&unlock("master"), &password);
    let read = read_password(&*vault, &unlock("master"), "External", "INTEGO ZIP").unwrap();
    assert_eq!(read.expose_secret(), password.expose_secret());
}

#[test]
fn a_key_file_opens_alone_or_with_a_password() {
    let password = generate_password().unwrap();
    let keyfile = Some(SecretSlice::from(b"any file will do".to_vec()));
    for master in [None, Some(SecretString::from("master"))] {
        let with_file = Unlock { password: master.clone(), keyfile: keyfile.clone() };
        let vault = vault(&with_file, &password);
        assert!(read_password(&*vault, &with_file, "External", "INTEGO ZIP").is_ok());
        let without = Unlock { password: master, keyfile: None };
        assert!(matches!(
            read_password(&*vault, &without, "External", "INTEGO ZIP"),
            Err(VaultError::Locked)
        ));
    }
}

#[test]
fn what_is_wrong_is_said() {
    let password = generate_password().unwrap();
    let vault = vault(&unlock("master"), &password);
    let check = |master: &str, group: &str, entry: &str, message: &str| {
        let error = read_password(&*vault, &unlock(master), group, entry).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert!(!format!("{error:?} {}", error.for_user()).contains(password.expose_secret()));
    };
    let locked = "the vault does not open: its master password or key file is wrong";
    check("Master", "External", "INTEGO ZIP", locked);
    check("", "External", "INTEGO ZIP", locked);
    let no_group = r#"the vault has no group "external"; its groups: External"#;
    check("master", "external", "INTEGO ZIP", no_group);
    let no_entry = r#"group "External" of the vault has no entry "Intego Zip""#;
    check("master", "External", "Intego Zip", no_entry);
}

#[test]
fn an_empty_password_is_said() {
    let vault = vault(&unlock("master"), &SecretString::from(""));
    let error = read_password(&*vault, &unlock("master"), "External", "INTEGO ZIP").unwrap_err();
    assert!(matches!(error, VaultError::NoPassword { .. }), "{error}");
}

#[test]
fn what_is_no_vault_is_said() {
    let whole = vault(&unlock("master"), &SecretString::from("p"));
    let cut = whole[..whole.len() / 2].to_vec();
    for bytes in [vec![], b"PK\x03\x04 something else entirely".to_vec(), cut] {
        let error = read_password(&*bytes, &unlock("master"), "External", "INTEGO ZIP").unwrap_err();
        assert_eq!(error.code(), "vault.unreadable", "{error}");
    }
}

/// Made with `keepassxc-cli` 2.7.4: groups `External` and `External/Old`, each with an entry `INTEGO ZIP`.
const KDBX_31: &[u8] = include_bytes!("kdbx31.kdbx");

#[test]
fn a_vault_of_version_3_1_is_read() {
    for group in ["External", "External/Old"] {
        let read = read_password(KDBX_31, &unlock("master"), group, "INTEGO ZIP").unwrap();
        assert_eq!(read.expose_secret(), "secret of KDBX 3.1");
    }
    let error = read_password(KDBX_31, &unlock("master"), "Old", "INTEGO ZIP").unwrap_err();
    assert_eq!(error.to_string(), r#"the vault has no group "Old"; its groups: External, External/Old"#);
}

#[test]
fn a_wrong_password_of_version_3_1_is_called_so() {
    for wrong in ["", "Master", "master ", "wrong"] {
        let error = read_password(KDBX_31, &unlock(wrong), "External", "INTEGO ZIP").unwrap_err();
        assert!(matches!(error, VaultError::Locked), "{error}");
    }
}
