//! Values that are alike: one copy, gone with its last message.

use super::*;

#[test]
fn a_value_is_kept_once_and_as_long_as_somebody_has_it() {
    let mut alike = Alike::<[u8]>::default();
    let one = alike.share(b"one".to_vec());
    let same = alike.share(b"one".to_vec());
    let other = alike.share(b"other".to_vec());
    assert!(Arc::ptr_eq(&one, &same));
    assert_eq!(alike.len(), 2);
    alike.release(one);
    assert_eq!(alike.len(), 2);
    alike.release(same);
    assert_eq!(alike.len(), 1);
    alike.release(other);
    assert_eq!(alike.len(), 0);
}

#[test]
fn of_two_sets_one_copy_of_each_value_is_given_out() {
    let (mut alike, mut earlier) = (Alike::<[u8]>::default(), Alike::<[u8]>::default());
    let (here, there) = (alike.share(b"both".to_vec()), earlier.share(b"both".to_vec()));
    alike.join(earlier);
    assert_eq!(alike.len(), 1);
    let given = alike.share(b"both".to_vec());
    assert!(Arc::ptr_eq(&given, &here) || Arc::ptr_eq(&given, &there));
    [here, there, given].into_iter().for_each(|value| alike.release(value));
    assert_eq!(alike.len(), 0);
}
