//! The archives themselves, a family per function.

use super::build::{record, seal};
use super::{Case, Tar, gzip, gzip_tight, zlib};

/// Every archive.
pub fn archives() -> Vec<Case> {
    let mut cases = Vec::new();
    compression(&mut cases);
    paths(&mut cases);
    entries(&mut cases);
    extended_headers(&mut cases);
    numbers(&mut cases);
    damage(&mut cases);
    cases
}

fn add(cases: &mut Vec<Case>, name: &'static str, make: impl FnOnce(Tar) -> Tar) {
    cases.push(Case {
        name,
        bytes: make(Tar::package(name)).gz(),
    });
}

fn add_raw(cases: &mut Vec<Case>, name: &'static str, make: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let tar = Tar::package(name).file("package/index.js", b"one()").end().0;
    cases.push(Case { name, bytes: make(tar) });
}

fn compression(cases: &mut Vec<Case>) {
    add_raw(cases, "plain-tar", |tar| tar);
    add_raw(cases, "two-members", |tar| {
        [gzip(&tar[..1024]), gzip(&tar[1024..])].concat()
    });
    add_raw(cases, "member-split-in-header", |tar| {
        [gzip(&tar[..1100]), gzip(&tar[1100..])].concat()
    });
    add_raw(cases, "second-member-is-zlib", |tar| {
        [gzip(&tar[..1024]), zlib(&tar[1024..])].concat()
    });
    add_raw(cases, "empty-members-between", |tar| {
        [gzip(&tar[..1024]), gzip(b""), gzip(&tar[1024..])].concat()
    });
    add_raw(cases, "zeros-behind-gzip", |tar| [gzip(&tar), vec![0; 100]].concat());
    add_raw(cases, "zeros-and-member-behind-gzip", |tar| {
        let more = Tar::default().file("package/late.js", b"late()").end().0;
        [gzip(&tar[..1024]), vec![0; 8], gzip(&more)].concat()
    });
    add_raw(cases, "garbage-behind-gzip", |tar| {
        [gzip(&tar), b"garbage".to_vec()].concat()
    });
    add_raw(cases, "half-magic-behind-gzip", |tar| [gzip(&tar), vec![0x1f]].concat());
    add_raw(cases, "magic-behind-gzip", |tar| {
        [gzip(&tar), vec![0x1f, 0x8b]].concat()
    });
    add_raw(cases, "wrong-crc", |tar| change_end(gzip(&tar), 8));
    add_raw(cases, "wrong-isize", |tar| change_end(gzip(&tar), 4));
    add_raw(cases, "gzip-with-extra-fields", |tar| {
        let packed = gzip(&tar);
        let mut head = packed[..10].to_vec();
        head[3] = 4 | 8 | 16;
        [head, b"\x03\x00abcname.tar\0comment\0".to_vec(), packed[10..].to_vec()].concat()
    });
    add_raw(cases, "gzip-with-reserved-flag", |tar| {
        let mut packed = gzip(&tar);
        packed[3] = 0x20;
        packed
    });
    add_raw(cases, "gzip-cut-off", |tar| {
        let packed = gzip(&tar);
        packed[..packed.len() - 20].to_vec()
    });
    add_raw(cases, "gzip-without-trailer", |tar| {
        let packed = gzip(&tar);
        packed[..packed.len() - 8].to_vec()
    });
    let zeros = Tar::package("thousandfold")
        .file("package/zeros.js", &vec![0; 16 << 20])
        .end()
        .0;
    cases.push(Case {
        name: "thousandfold",
        bytes: gzip_tight(&zeros),
    });
    add_raw(cases, "zlib-alone", |tar| zlib(&tar));
}

fn change_end(mut packed: Vec<u8>, from_end: usize) -> Vec<u8> {
    let at = packed.len() - from_end;
    packed[at] ^= 0xff;
    packed
}

fn paths(cases: &mut Vec<Case>) {
    add(cases, "other-folder", |tar| {
        tar.file("other/a.js", b"a()").file("x/y/z.js", b"z()")
    });
    add(cases, "no-folder", |tar| {
        tar.file("bare.js", b"bare()").file("package/", b"body")
    });
    add(cases, "absolute", |tar| {
        tar.file("/abs/p.js", b"p()")
            .file("//abs/q.js", b"q()")
            .file("///r/s.js", b"r()")
    });
    add(cases, "drive-letters", |tar| {
        tar.file("package/c:/d.js", b"d()")
            .file("package/c:e.js", b"e()")
            .file("package/C:\\f.js", b"f()")
    });
    add(cases, "unc-roots", |tar| {
        tar.file("package/\\\\host\\share\\g.js", b"g()")
            .file("package///host/share/h.js", b"h()")
            .file("package///?/C:/i.js", b"i()")
            .file("package/\\\\host", b"j()")
    });
    add(cases, "parent-folder", |tar| {
        tar.file("package/../up.js", b"u()")
            .file("package/a/../../v.js", b"v()")
            .file("../w.js", b"w()")
            .file("a/..", b"x")
    });
    add(cases, "parent-as-folder-to-strip", |tar| {
        tar.file("../stripped.js", b"s()").file("./dot.js", b"d()")
    });
    add(cases, "parent-by-backslash", |tar| {
        tar.file("package/..\\up.js", b"u()").file("package/a\\b.js", b"b()")
    });
    add(cases, "dots-and-slashes", |tar| {
        tar.file("./package/deep.js", b"1")
            .file("package/./one.js", b"2")
            .file("package//two.js", b"3")
            .file("package/.", b"4")
    });
    add(cases, "duplicate", |tar| {
        tar.file("package/a.js", b"good()").file("package/a.js", b"other()")
    });
    add(cases, "duplicate-by-folder", |tar| {
        tar.file("package/a.js", b"good()").file("zzz/./a.js", b"other()")
    });
    add(cases, "file-then-folder", |tar| {
        tar.file("package/a", b"file").file("package/a/b.js", b"inside()")
    });
    add(cases, "folder-then-file", |tar| {
        tar.file("package/a/b.js", b"inside()").file("package/a", b"file")
    });
    add(cases, "case-twins", |tar| {
        tar.file("package/Index.js", b"1").file("package/index.js", b"2")
    });
    add(cases, "unicode-twins", |tar| {
        tar.file("package/\u{e9}.js", b"1").file("package/e\u{301}.js", b"2")
    });
    add(cases, "invalid-utf8", |tar| {
        tar.entry(b"package/\xff\xc3.js", b'0', b"bad()", |_| {})
    });
    add(cases, "cut-utf8", |tar| {
        let long = [b"package/".as_slice(), &[b'a'; 91], "\u{e9}".as_bytes()].concat();
        tar.entry(&long, b'0', b"cut()", |_| {})
    });
    add(cases, "nul-in-name", |tar| {
        tar.entry(b"package/a.js\0.txt", b'0', b"nul()", |_| {})
    });
    add(cases, "nul-and-newline-in-name", |tar| {
        tar.entry(b"package/a\0hidden\n.js", b'0', b"newline()", |_| {})
    });
    add(cases, "nul-and-newline-in-full-name", |tar| {
        let name = [b"package/a\0hidden\n".as_slice(), &[b'n'; 80], b".js"].concat();
        tar.entry(&name, b'0', b"newline()", |_| {})
    });
    add(cases, "long-part", |tar| {
        tar.pax(b'x', &[("path", &format!("package/{}.js", "l".repeat(300)))])
            .file("package/s.js", b"")
    });
    add(cases, "longest-part", |tar| {
        tar.pax(b'x', &[("path", &format!("package/{}.js", "l".repeat(252)))])
            .file("package/s.js", b"")
    });
    add(cases, "deep-path", |tar| {
        tar.pax(b'x', &[("path", &format!("package/{}x.js", "d/".repeat(1100)))])
            .file("package/s.js", b"")
    });
    add(cases, "deepest-path", |tar| {
        tar.pax(b'x', &[("path", &format!("package/{}x.js", "d/".repeat(1000)))])
            .file("package/s.js", b"")
    });
    add(cases, "control-characters", |tar| {
        tar.file("package/\u{1b}[31m.js", b"esc()")
            .file("package/new\nline.js", b"nl()")
    });
}

fn entries(cases: &mut Vec<Case>) {
    let link = |block: &mut [u8; 512]| block[157..169].copy_from_slice(b"package/a.js");
    add(cases, "symbolic-link", move |tar| {
        tar.file("package/a.js", b"a()").entry(b"package/l.js", b'2', b"", link)
    });
    add(cases, "hard-link", move |tar| {
        tar.file("package/a.js", b"a()").entry(b"package/h.js", b'1', b"", link)
    });
    add(cases, "link-with-body", move |tar| {
        let inner = Tar::default().file("package/inner.js", b"inner()").0;
        tar.entry(b"package/h.js", b'1', &inner, link)
    });
    add(cases, "through-a-link", |tar| {
        tar.entry(b"package/out", b'2', b"", |block| {
            block[157..162].copy_from_slice(b"/tmp/")
        })
        .file("package/out/x.js", b"through()")
    });
    add(cases, "link-to-nothing", |tar| {
        let inner = Tar::default().file("package/inner.js", b"inner()").0;
        tar.header(b"package/l.js", b'2', inner.len(), |_| {}).raw(&inner)
    });
    add(cases, "file-that-points", move |tar| {
        let inner = Tar::default().file("package/inner.js", b"inner()").0;
        tar.entry(b"package/f.js", b'0', &inner, link)
    });
    add(cases, "gitignore", |tar| {
        tar.file("package/.gitignore", b"a")
            .file("package/sub/.gitignore", b"b")
    });
    add(cases, "gitignore-behind-npmignore", |tar| {
        tar.file("package/.npmignore", b"n").file("package/.gitignore", b"g")
    });
    add(cases, "npmignore-behind-gitignore", |tar| {
        tar.file("package/.gitignore", b"g").file("package/.npmignore", b"n")
    });
    add(cases, "gitignore-of-another-folder", |tar| {
        tar.file("other/.npmignore", b"n").file("package/.gitignore", b"g")
    });
    add(cases, "old-types", |tar| {
        tar.entry(b"package/old.js", 0, b"old()", |_| {})
            .entry(b"package/contiguous.js", b'7', b"contiguous()", |_| {})
            .entry(b"package/contiguous/", b'7', b"slash", |_| {})
    });
    add(cases, "unknown-types", |tar| {
        let inner = Tar::default().file("package/inner.js", b"inner()").0;
        tar.entry(b"package/z.js", b'Z', &inner, |_| {})
            .entry(b"package/sparse.js", b'S', &inner, |_| {})
            .entry(b"package/volume.js", b'V', &inner, |_| {})
            .entry(b"package/high.js", 0xff, &inner, |_| {})
    });
    add(cases, "devices", |tar| {
        tar.entry(b"package/c", b'3', b"", |_| {})
            .entry(b"package/b", b'4', b"", |_| {})
            .entry(b"package/p", b'6', b"", |_| {})
    });
    add(cases, "folders", |tar| {
        tar.entry(b"package/empty/", b'5', b"", |_| {})
            .header(b"package/sized/", b'5', 5000, |_| {})
            .file("package/behind.js", b"behind()")
            .entry(b"package/dump/", b'D', b"dump with a body", |_| {})
            .entry(b"package/slash.js/", b'0', b"", |_| {})
    });
    add(cases, "file-with-slash-and-body", |tar| {
        let inner = Tar::default().file("package/inner.js", b"inner()").0;
        tar.entry(b"package/slash.js/", b'0', &inner, |_| {})
    });
    add(cases, "contiguous-over-file", |tar| {
        tar.file("package/a.js", b"longer content()")
            .entry(b"package/a.js", b'7', b"short()", |_| {})
    });
    add(cases, "empty-and-whole-blocks", |tar| {
        tar.file("package/empty.js", b"")
            .file("package/block.js", &[b';'; 512])
            .file("package/two.js", &[b';'; 1024])
    });
    add(cases, "modes", |tar| {
        tar.entry(b"package/none.js", b'0', b"none()", |block| {
            block[100..108].copy_from_slice(b"0000000\0")
        })
        .entry(b"package/odd.js", b'0', b"odd()", |block| {
            block[100..108].copy_from_slice(b"garbage\0")
        })
    });
    add(cases, "nested-node-modules", |tar| {
        tar.file("package/lib/node_modules/inner/index.js", b"inner()")
            .file("package/.git/config", b"[core]")
    });
}

fn extended_headers(cases: &mut Vec<Case>) {
    add(cases, "pax-path", |tar| {
        tar.pax(b'x', &[("path", "package/real.js")])
            .file("package/shown.txt", b"real()")
    });
    add(cases, "pax-path-empty", |tar| {
        tar.pax(b'x', &[("path", "")]).file("package/shown.js", b"gone()")
    });
    add(cases, "pax-path-and-prefix", |tar| {
        tar.pax(b'x', &[("path", "package/real.js")])
            .entry(b"shown.js", b'0', b"real()", |block| {
                block[345..351].copy_from_slice(b"prefix")
            })
    });
    add(cases, "ustar-prefix", |tar| {
        tar.entry(b"c.js", b'0', b"c()", |block| {
            block[345..354].copy_from_slice(b"package/b")
        })
        .entry(b"d.js", b'0', b"d()", |block| {
            block[345..354].copy_from_slice(b"package/e");
            block[257..265].copy_from_slice(b"ustar  \0");
        })
    });
    add(cases, "pax-size-larger", |tar| {
        let inner = Tar::default().file("package/inner.js", b"inner()").0;
        tar.pax(b'x', &[("size", "1029")])
            .file("package/a.js", b"five!")
            .raw(&inner)
    });
    add(cases, "pax-size-smaller", |tar| {
        let inner = Tar::default().file("package/inner.js", b"inner()").0;
        tar.pax(b'x', &[("size", "0")]).file("package/a.js", &inner)
    });
    for (name, size) in [
        ("pax-size-fraction", "1.5"),
        ("pax-size-exponent", "1e1"),
        ("pax-size-hex", "0xa"),
        ("pax-size-spaces", "  7  "),
        ("pax-size-text", "many"),
        ("pax-size-negative", "-7"),
    ] {
        add(cases, name, |tar| {
            tar.pax(b'x', &[("size", size)]).file("package/a.js", b"0123456789abc")
        });
    }
    add(cases, "pax-size-infinite", |tar| {
        tar.pax(b'x', &[("size", "Infinity")]).file("package/a.js", b"five!")
    });
    add(cases, "pax-size-over-long-name", |tar| {
        let inner = Tar::default().file("package/inner.js", b"inner()").0;
        tar.pax(b'x', &[("size", "0")])
            .entry(b"L", b'L', &inner, |_| {})
            .file("package/a.js", b"five!")
    });
    add(cases, "pax-large-size-over-long-name", |tar| {
        tar.pax(b'x', &[("size", "2000000")])
            .entry(b"L", b'L', b"package/long.js\0", |_| {})
            .pax(b'x', &[("size", "5")])
            .file("package/a.js", b"five!")
    });
    add(cases, "pax-linkpath-on-a-file", |tar| {
        tar.pax(b'x', &[("linkpath", "../../out")])
            .file("package/a.js", b"dropped()")
            .pax(b'x', &[("linkpath", "../in")])
            .file("package/sub/b.js", b"kept()")
            .pax(b'x', &[("linkpath", "/abs/c")])
            .file("package/c.js", b"kept()")
    });
    add(cases, "global-path-and-size", |tar| {
        tar.pax(b'g', &[("path", "package/global.js"), ("comment", "x")])
            .file("package/a.js", b"five!")
    });
    add(cases, "global-size", |tar| {
        tar.pax(b'g', &[("size", "3")])
            .file("package/a.js", b"five!")
            .file("package/b.js", b"six!!!")
    });
    add(cases, "global-size-over-meta", |tar| {
        tar.pax(b'g', &[("size", "5")])
            .pax(b'x', &[("path", "package/named.js"), ("comment", &"c".repeat(600))])
            .file("package/a.js", b"five!")
    });
    add(cases, "global-linkpath", |tar| {
        tar.pax(b'g', &[("linkpath", "../../..")])
            .file("package/a.js", b"dropped()")
    });
    add(cases, "pax-wrong-length", |tar| {
        let body = format!("99 path=package/no.js\n{}{}", record("path", "package/yes.js"), "7 x\n");
        tar.entry(b"PaxHeader/x", b'x', body.as_bytes(), |_| {})
            .file("package/a.js", b"yes()")
    });
    add(cases, "pax-odd-records", |tar| {
        let body = format!("+18 path=a/plus.js\n{}", " 18 path=a/space.js\n");
        tar.entry(b"PaxHeader/x", b'x', body.as_bytes(), |_| {})
            .file("package/a.js", b"odd()")
    });
    add(cases, "pax-nul-and-return", |tar| {
        tar.pax(b'x', &[("path", "package/a\0hidden\r.js")])
            .file("package/b.js", b"return()")
    });
    add(cases, "pax-equals", |tar| {
        tar.pax(b'x', &[("path", "package/a=b.js")])
            .file("package/b.js", b"equals()")
    });
    add(cases, "pax-twice", |tar| {
        tar.pax(b'x', &[("path", "package/first.js"), ("size", "3")])
            .pax(b'x', &[("path", "package/second.js")])
            .file("package/a.js", b"123456")
    });
    add(cases, "old-pax", |tar| {
        tar.pax(b'X', &[("path", "package/old.js")])
            .file("package/a.js", b"old()")
    });
    add(cases, "gnu-long-name", |tar| {
        tar.entry(b"././@LongLink", b'L', b"package/long.js\0", |_| {})
            .file("package/short.txt", b"long()")
            .entry(b"././@LongLink", b'N', b"package/older.js\0", |_| {})
            .file("package/short.txt", b"older()")
    });
    add(cases, "gnu-long-name-then-pax", |tar| {
        tar.entry(b"././@LongLink", b'L', b"package/long.js\0", |_| {})
            .pax(b'x', &[("size", "2")])
            .file("package/short.txt", b"long()")
    });
    add(cases, "pax-then-gnu-long-name", |tar| {
        tar.pax(b'x', &[("path", "package/pax.js"), ("size", "2")])
            .entry(b"././@LongLink", b'L', b"package/long.js\0", |_| {})
            .file("package/short.txt", b"long()")
    });
    add(cases, "gnu-long-name-newline", |tar| {
        tar.entry(b"././@LongLink", b'L', b"package/a\0x\n.js", |_| {})
            .file("package/b.js", b"newline()")
    });
    add(cases, "gnu-long-link", |tar| {
        tar.entry(b"././@LongLink", b'K', b"../../../x\0", |_| {})
            .file("package/a.js", b"dropped()")
    });
    add(cases, "meta-too-long", |tar| {
        let body = record("path", &format!("package/{}", "a".repeat(1_048_576)));
        tar.entry(b"PaxHeader/x", b'x', body.as_bytes(), |_| {})
            .file("package/a.js", b"kept()")
    });
    add(cases, "meta-survives-broken-header", |tar| {
        tar.pax(b'x', &[("path", "package/later.js")])
            .raw(&[b'x'; 512])
            .file("package/a.js", b"later()")
    });
}

fn numbers(cases: &mut Vec<Case>) {
    let size = |tar: Tar, field: &'static [u8]| {
        tar.entry(b"package/a.js", b'0', b"0123456789", move |block| {
            block[124..136].fill(0);
            block[124..124 + field.len()].copy_from_slice(field);
        })
    };
    add(cases, "size-base-256", |tar| size(tar, b"\x80\0\0\0\0\0\0\0\0\0\0\x05"));
    add(cases, "size-base-256-negative", |tar| {
        size(tar, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfb")
    });
    add(cases, "size-base-256-huge", |tar| {
        size(tar, b"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
    });
    add(cases, "size-base-256-unknown", |tar| {
        size(tar, b"\x81\0\0\0\0\0\0\0\0\0\0\x05")
    });
    add(cases, "size-negative", |tar| size(tar, b"-0000000005\0"));
    add(cases, "size-plus", |tar| size(tar, b"+5\0"));
    add(cases, "size-spaces", |tar| size(tar, b"  5 \0"));
    add(cases, "size-stops-at-nine", |tar| size(tar, b"00000000019\0"));
    add(cases, "size-empty", |tar| size(tar, b""));
    add(cases, "size-unterminated", |tar| size(tar, b"000000000005"));
    add(cases, "owner-broken", |tar| {
        tar.entry(b"package/a.js", b'0', b"0123456789", |block| block[108] = 0x90)
    });
    add(cases, "owner-broken-but-given", |tar| {
        tar.pax(b'x', &[("uid", "7")])
            .entry(b"package/a.js", b'0', b"0123456789", |block| block[108] = 0x90)
    });
    add(cases, "access-time-broken", |tar| {
        tar.entry(b"package/a.js", b'0', b"0123456789", |block| block[476] = 0x90)
            .pax(b'x', &[("atime", "1")])
            .entry(b"package/b.js", b'0', b"0123456789", |block| block[476] = 0x90)
    });
    add(cases, "checksum-signed", |tar| {
        let mut more = Tar::default().entry(b"package/\xe9.js", b'0', b"signed()", |_| {}).0;
        let signed: i32 = more[..148]
            .iter()
            .chain(&more[156..512])
            .map(|byte| i32::from(byte.cast_signed()))
            .sum::<i32>()
            + 256;
        more[148..156].copy_from_slice(format!("{signed:06o}\0 ").as_bytes());
        tar.raw(&more).file("package/b.js", b"b()")
    });
    add(cases, "checksum-without-end", |tar| {
        let mut more = Tar::default().file("package/a.js", b"a()").0;
        let sum =
            u32::from_str_radix(std::str::from_utf8(&more[148..154]).expect("octal digits"), 8).expect("octal digits");
        more[148..156].copy_from_slice(format!("{sum:08o}").as_bytes());
        tar.raw(&more).file("package/b.js", b"b()")
    });
    add(cases, "null-block-with-text", |tar| {
        let mut block = [0u8; 512];
        block[148..154].copy_from_slice(b"hidden");
        tar.raw(&block)
            .file("package/a.js", b"a()")
            .raw(&block)
            .raw(&block)
            .file("package/late.js", b"late()")
    });
}

fn damage(cases: &mut Vec<Case>) {
    add(cases, "data-behind-the-end", |tar| {
        tar.end().file("package/late.js", b"late()")
    });
    add(cases, "one-null-block", |tar| {
        tar.raw(&[0; 512]).file("package/a.js", b"a()")
    });
    add(cases, "broken-header-between-nulls", |tar| {
        let mut broken = [0u8; 512];
        broken[108] = 0x90;
        tar.raw(&[0; 512])
            .raw(&broken)
            .raw(&[0; 512])
            .file("package/late.js", b"late()")
    });
    add(cases, "wrong-checksum-hides-a-header", |tar| {
        let inner = Tar::default().file("package/inner.js", b"inner()").0;
        let mut outer = Tar::default().file("package/outer.js", &inner).0;
        outer[148] ^= 1;
        tar.raw(&outer)
    });
    add(cases, "no-name", |tar| {
        let inner = Tar::default().file("package/inner.js", b"inner()").0;
        tar.entry(b"", b'0', &inner, |_| {})
    });
    add_raw(cases, "no-end", |tar| gzip(&tar[..tar.len() - 1024]));
    add_raw(cases, "half-a-header-at-the-end", |tar| {
        gzip(&[&tar[..tar.len() - 1024], &[b'x'; 300]].concat())
    });
    add_raw(cases, "no-padding-at-the-end", |tar| gzip(&tar[..1536 + 5]));
    add_raw(cases, "cut-in-a-body", |tar| {
        let long = Tar(tar[..1024].to_vec()).file("package/long.js", &[b';'; 2000]).0;
        gzip(&long[..long.len() - 700])
    });
    add_raw(cases, "cut-in-a-plain-body", |tar| tar[..1536 + 5].to_vec());
    for (name, bytes) in [
        ("nothing", Vec::new()),
        ("three-bytes", vec![0x1f, 0x8b, 8]),
        ("zeros-only", vec![0; 4096]),
        ("gzipped-nothing", gzip(b"")),
        ("text", b"this is no archive at all".repeat(100)),
        ("zstandard", b"\x28\xb5\x2f\xfd\x04\x00\x01\x00\x00".repeat(40)),
    ] {
        cases.push(Case { name, bytes });
    }
    let mut only_broken = Tar::package("only-broken-headers").0;
    only_broken[148] ^= 1;
    cases.push(Case {
        name: "only-broken-headers",
        bytes: gzip(&only_broken),
    });
    let mut block = [0u8; 512];
    block[..30].copy_from_slice(b"package/two\0\nnames\0and more.js");
    block[124..136].copy_from_slice(b"00000000003\0");
    block[156] = b'0';
    seal(&mut block);
    add(cases, "nul-behind-a-newline", |tar| tar.raw(&block).body(b"nul"));
}
