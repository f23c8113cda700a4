use super::*;

fn check(sizes: &[usize], expected: &[&[usize]]) {
    let units = units(0..sizes.len(), |slot| sizes[slot]);
    assert_eq!(
        units.iter().map(|unit| unit.slots.as_slice()).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn small_files_are_taken_together_and_large_ones_alone() {
    check(&[], &[]);
    check(&[1], &[&[0]]);
    check(
        &[1 << 20, 70_000, 30_000, 30_000, 30_000, 1],
        &[&[0], &[1], &[2, 3], &[4, 5]],
    );
}

#[test]
fn no_unit_is_longer_than_its_ceiling() {
    let units = units(0..1000, |_| 0);
    assert_eq!(units.iter().map(|unit| unit.slots.len()).sum::<usize>(), 1000);
    assert!(units.iter().all(|unit| unit.slots.len() <= UNIT_FILES));
}

#[test]
fn the_room_is_never_fuller_than_it_may_be_unless_one_fills_it_alone() {
    let (room, most) = (Room::default(), Mutex::new((0_usize, 0_usize)));
    std::thread::scope(|scope| {
        for thread in 0..4_usize {
            let (room, most) = (&room, &most);
            scope.spawn(move || {
                for step in 0..50_usize {
                    let bytes = if (thread + step).is_multiple_of(7) {
                        IN_FLIGHT + 1
                    } else {
                        IN_FLIGHT / 3
                    };
                    let _taken = room.take(bytes);
                    let now = *room.taken.lock().unwrap();
                    assert!(now <= IN_FLIGHT || now == IN_FLIGHT + 1, "{now}");
                    let mut most = most.lock().unwrap();
                    most.0 = most.0.max(now);
                    most.1 += 1;
                }
            });
        }
    });
    assert_eq!(*room.taken.lock().unwrap(), 0);
    assert_eq!(*most.lock().unwrap(), (IN_FLIGHT + 1, 200));
}
