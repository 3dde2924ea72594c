// SPDX-License-Identifier: MIT
// program.rs - what a Rust std program without threads does; see rust.bats.
use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, Read, Seek, SeekFrom, Write};
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, io, process};

fn files() -> io::Result<()> {
    fs::create_dir_all("a/b/c")?;
    fs::write("a/b/file", "some text\n".repeat(1000))?;
    let mut f = fs::OpenOptions::new().read(true).write(true).open("a/b/file")?;
    f.seek(SeekFrom::Start(5))?;
    f.write_all(b"TEXT")?;
    f.seek(SeekFrom::End(-4))?;
    let mut tail = String::new();
    f.read_to_string(&mut tail)?;
    println!("{:?} {}", tail, f.metadata()?.len());
    f.set_len(100)?;
    f.sync_all()?;
    fs::rename("a/b/file", "a/moved")?;
    fs::hard_link("a/moved", "a/linked")?;
    std::os::unix::fs::symlink("moved", "a/soft")?;
    fs::copy("a/moved", "a/copy")?;
    let mut names: Vec<String> = fs::read_dir("a")?
        .map(|e| {
            let e = e.unwrap();
            format!("{:?} {}", e.file_name(), e.metadata().unwrap().len())
        })
        .filter(|s| !s.contains("\"b\""))
        .collect();
    names.sort();
    println!("{:?}", names);
    println!("{:?}", fs::read_link("a/soft")?);
    println!("{:?}", fs::read("nothing").unwrap_err().kind());
    println!("{:?}", fs::remove_dir("a").unwrap_err().raw_os_error());
    fs::remove_dir_all("a")
}

fn collections() {
    let mut words: HashMap<u32, String> = HashMap::new(); // its hash needs random numbers
    for i in 0..10000 {
        words.insert(i * 7919 % 10007, format!("word {}", i));
    }
    let sorted: BTreeMap<_, _> = words.iter().collect();
    println!("{} {:?}", words.len(), sorted.iter().nth(77));
    let mut floats: Vec<f64> = (1..100).map(|i| (i as f64).sin()).collect();
    floats.sort_by(|a, b| a.partial_cmp(b).unwrap());
    println!("{:.12} {:e}", floats[50], floats.iter().sum::<f64>());
}

fn times() {
    let start = Instant::now();
    std::thread::sleep(Duration::from_millis(20));
    println!("slept: {}", start.elapsed() >= Duration::from_millis(20));
    println!("now: {}", SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() > 1_700_000_000);
}

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.first().map(String::as_str) == Some("panic") {
        let empty: Vec<u32> = vec![];
        // The usual report names the thread's number.
        std::panic::set_hook(Box::new(|p| eprintln!("panic in line {}", p.location().unwrap().line())));
        let caught = std::panic::catch_unwind(|| panic!("caught"));
        println!("caught: {}", caught.is_err());
        println!("{}", empty[args.len()]);
    }
    println!("{:?} {:?}", args, env::var("TEST_A"));
    for line in io::stdin().lock().lines() {
        println!("line: {}", line.unwrap());
    }
    collections();
    times();
    files().unwrap();
    eprintln!("to standard error");
    println!("done");
    process::exit(if args.is_empty() { 1 } else { 0 });
}
