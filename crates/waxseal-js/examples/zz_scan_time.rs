use std::time::Instant;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mode = args[1].clone();
    let dirs = args[2..].to_vec();
    std::thread::Builder::new().stack_size(256<<20).spawn(move || run(&mode, &dirs)).unwrap().join().unwrap();
}
fn cpu() -> f64 { let s = std::fs::read_to_string("/proc/self/stat").unwrap(); let r = s.rsplit_once(')').unwrap().1; let v: Vec<&str> = r.split_whitespace().collect(); (v[11].parse::<f64>().unwrap()+v[12].parse::<f64>().unwrap())/100.0 }
fn walk(d: &std::path::Path, out: &mut Vec<std::path::PathBuf>) { for e in std::fs::read_dir(d).unwrap() { let e = e.unwrap(); if e.file_type().unwrap().is_dir() { walk(&e.path(), out) } else { out.push(e.path()) } } }
fn run(mode: &str, dirs: &[String]) {
  for dir in dirs {
    let mut paths = vec![]; walk(std::path::Path::new(dir), &mut paths); paths.sort();
    let data: Vec<(String, Vec<u8>)> = paths.iter().map(|p| (p.strip_prefix(dir).unwrap().to_str().unwrap().to_owned(), std::fs::read(p).unwrap())).collect();
    let code: Vec<usize> = (0..data.len()).filter(|i| { let p = &data[*i].0; !waxseal_js::parse::is_declaration(p) && [".js",".mjs",".cjs",".ts",".jsx",".tsx",".mts",".cts"].iter().any(|e| p.ends_with(e)) }).collect();
    let src: usize = code.iter().map(|i| data[*i].1.len()).sum();
    let c0 = cpu(); let t0 = Instant::now();
    let mut extra = String::new();
    if mode == "parse" {
        let mut n = 0;
        for i in &code { let a = oxc_allocator::Allocator::default(); let s = waxseal_js::parse::decode(&data[*i].1); n += waxseal_js::parse::parse(&a, &s, &data[*i].0).is_ok() as usize; }
        extra = format!("parsed {n}");
    } else if mode == "semantic" {
        let mut n = 0;
        for i in &code { let a = oxc_allocator::Allocator::default(); let s = waxseal_js::parse::decode(&data[*i].1); if let Ok(p) = waxseal_js::parse::parse(&a, &s, &data[*i].0) { n += oxc_semantic::SemanticBuilder::new().build(p.program).semantic.into_scoping().symbols_len(); } }
        extra = format!("symbols {n}");
    } else {
        use std::hash::{Hash,Hasher};
        let files: Vec<waxseal_js::package::InputFile> = data.iter().map(|(p,b)| { let mut d=[0u8;16]; let mut h = std::collections::hash_map::DefaultHasher::new(); b.hash(&mut h); d[..8].copy_from_slice(&h.finish().to_le_bytes()); d[8..].copy_from_slice(&(b.len() as u64).to_le_bytes()); waxseal_js::package::InputFile { path: p, bytes: b, digest: d } }).collect();
        let cache = waxseal_js::package::AnalysisCache::default();
        let mut m = waxseal_model::Manifest::default();
        if let Some((_, b)) = data.iter().find(|(p,_)| p=="package.json") { let v: serde_json::Value = serde_json::from_slice(b).unwrap(); if let Some(s) = v["main"].as_str() { m.entries.push(waxseal_model::EntryPoint{label:"main".into(), target:s.into()}); } m.name = v["name"].as_str().map(|s| s.to_owned()); fn leaves(v:&serde_json::Value, l:&str, m:&mut waxseal_model::Manifest){ match v { serde_json::Value::String(s) => m.entries.push(waxseal_model::EntryPoint{label:l.to_owned(), target:s.clone()}), serde_json::Value::Object(o) => for (k,v) in o { if k.starts_with('.') { leaves(v,k,m) } else { leaves(v,l,m) } }, _=>{} } } leaves(&v["exports"], ".", &mut m); if let Some(o) = v["bin"].as_object() { for (k,v) in o { m.bin.insert(k.clone(), v.as_str().unwrap_or("").to_owned()); } } if let Some(o) = v["scripts"].as_object() { for (k,v) in o { m.scripts.insert(k.clone(), v.as_str().unwrap_or("").to_owned()); } } }
        let c0 = cpu();
        let s = waxseal_js::package::scan(Some(&m), &files, SINKS, &waxseal_js::package::Limits::default(), &cache, &waxseal_js::package::in_order);
        let c1 = cpu();
        let mut kinds = std::collections::BTreeMap::new();
        for c in &s.capabilities { *kinds.entry(c.kind.id()).or_insert(0) += 1; }
        let mut reach = std::collections::BTreeMap::new();
        for c in &s.capabilities { let k = format!("{:?}", c.reach); *reach.entry(k.split('(').next().unwrap().to_owned()).or_insert(0) += 1; }
        extra = format!("scan cpu {:.2} {:?} {:?} flows {} loads {} unknown {} hidden {} states {:?}", c1-c0, kinds, reach, s.flows.len(), s.loads.len(), s.loads_unknown, s.capabilities.iter().filter(|c| c.hidden).count(), s.states.iter().fold(std::collections::BTreeMap::new(), |mut m, s| { *m.entry(format!("{s:?}")).or_insert(0)+=1; m }));
        if mode == "dump" { for c in &s.capabilities { println!("{}:{}:{} {} {} {:?} {}{} {:?} {:?}", files[c.location.file.0 as usize].path, c.location.line, c.location.column, c.kind.id(), c.api, c.target, if c.sensitive {"!"} else {""}, if c.hidden {"#"} else {""}, c.function, c.reach); } for a in &s.anomalies { println!("{a:?}"); } println!("{:?}", s.loads); }
    }
    let c = cpu()-c0;
    eprintln!("{dir}: {:.1} MB src, cpu {:.2}s wall {:.2}s = {:.1} ms/MB {extra}", src as f64/1e6, c, t0.elapsed().as_secs_f64(), c*1e9/src as f64);
  }
}
const SINKS: &[waxseal_model::SinkSpec] = &[];
