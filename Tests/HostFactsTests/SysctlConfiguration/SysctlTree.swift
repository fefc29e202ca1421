import Glibc
import TestSupport

/// Files of sysctl.d below some directory, made at random and smaller again.
struct SysctlTree: CustomStringConvertible {
  enum Entry {
    case file([[UInt8]])
    case link(String)
    case directory
  }

  /// By path, such as `etc/sysctl.d/10-a.conf`. Files are kept as pieces that may be left out.
  var entries: [String: Entry] = [:]

  /// Writes it below a directory that is there.
  func write(to path: String) throws {
    for directory in SysctlTree.directories {
      try TextFile.write("", to: "\(path)/\(directory)/sysctl.d/.keep")
    }
    for (name, entry) in entries {
      switch entry {
      case .file(let pieces):
        try TextFile.write(Array(pieces.joined()), to: "\(path)/\(name)")
      case .link(let target): _ = unsafe symlink(target, "\(path)/\(name)")
      case .directory: _ = unsafe mkdir("\(path)/\(name)", 0o755)
      }
    }
  }

  /// Trees with one thing less.
  var smaller: [SysctlTree] {
    var trees: [SysctlTree] = []
    for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
      var without = self
      without.entries[name] = nil
      trees.append(without)
      guard case .file(let pieces) = entry else { continue }
      for index in pieces.indices {
        var less = self
        var rest = pieces
        rest.remove(at: index)
        less.entries[name] = .file(rest)
        trees.append(less)
      }
    }
    return trees
  }

  var description: String {
    entries.sorted { $0.key < $1.key }.map { name, entry in
      switch entry {
      case .file(let pieces):
        "  \(name): \(String(decoding: pieces.joined(), as: UTF8.self).debugDescription)"
      case .link(let target): "  \(name) -> \(target)"
      case .directory: "  \(name)/"
      }
    }.joined(separator: "\n")
  }

  static let directories = ["etc", "run", "usr/local/lib", "usr/lib"]
}

// MARK: - At random

extension SysctlTree {
  /// The keys that there are while the programs run.
  static let keys = [
    "net/ipv4/ip_forward", "net/ipv4/conf/all/rp_filter", "net/ipv4/conf/default/rp_filter",
    "net/ipv4/conf/eth0/rp_filter", "net/ipv4/conf/eth0.100/rp_filter",
    "net/ipv4/conf/lo/rp_filter", "net/core/somaxconn", "vm/a", "vm/b",
  ]

  private static let patterns = [
    "net/ipv4/conf/*/rp_filter", "net/ipv4/conf/eth*/rp_filter", "net/ipv4/conf/[el]*/rp_filter",
    "net/ipv4/conf/[!e]*/rp_filter", "net/ipv4/conf/eth0?100/rp_filter", "vm/*", "vm/[a",
    "vm/[]a]", "vm/[a-b]", "net/*/ip_forward", "net/ipv4/conf/{eth0,lo}/rp_filter",
    "net/ipv4/conf/{eth0,lo}/rp_*", "net/{core,ipv4/conf/{all,lo}}/*", "net/*/*/*/rp_filter",
    "vm/{}*", "vm/\\a*",
  ]

  private static let names = [
    "10-a.conf", "20-b.conf", "9-c.conf", "Z.conf", "a.conf", "50-x.conf", ".h.conf", ".conf",
    "x.confx", "99-sysctl.conf", "é.conf", "b c.conf", "60-net.txt",
  ]

  /// Makes one; the same for the same state of the generator.
  init(_ random: inout some RandomNumberGenerator) {
    for directory in Self.directories {
      for name in Self.names.shuffled(using: &random).prefix([0, 1, 1, 2, 3].random(&random)) {
        let path = "\(directory)/sysctl.d/\(name)"
        switch Int.random(in: 0..<100, using: &random) {
        case ..<8: entries[path] = .link("/dev/null")
        case ..<12: entries[path] = .link("/nonexistent")
        case ..<15: entries[path] = .link("../sysctl.conf")
        case ..<17: entries[path] = .directory
        default: entries[path] = .file(Self.lines(0...6, &random))
        }
      }
    }
    entries["etc/sysctl.conf"] = .file(Self.lines(0...2, &random))
  }

  private static func lines(
    _ count: ClosedRange<Int>, _ random: inout some RandomNumberGenerator
  ) -> [[UInt8]] {
    let end = ["\n", "\n", "\n", "\r\n", "\r", "\n\n", "\0"].random(&random)
    let number = Int.random(in: count, using: &random)
    return (0..<number).map { index in
      let isLast = index == number - 1 && Bool.random(using: &random)
      return line(&random) + (isLast ? [] : Array(end.utf8))
    }
  }

  private static func line(_ random: inout some RandomNumberGenerator) -> [UInt8] {
    let key = key(&random)
    let value = ["1", "2", "3", "45", "6 7", "8 # x", "\"9\"", "", "a=b", "1,\\"].random(&random)
    func blank() -> String { ["", "", " ", "\t", "  ", "\u{b}", "\u{c}"].random(&random) }
    let text =
      switch Int.random(in: 0..<100, using: &random) {
      case ..<60: blank() + key + blank() + "=" + blank() + value + blank()
      case ..<72: blank() + "-" + ["", "", " ", "-"].random(&random) + key + blank() + "=" + value
      case ..<88: blank() + "-" + ["", "", "", "-", " "].random(&random) + key + blank()
      case ..<91: "# \(key)=\(value)"
      case ..<93: " ;\(key)=\(value)"
      case ..<95: key
      case ..<96: "\u{feff}\(key)=\(value)"
      case ..<97: "\(key)=\(value)\0net/core/somaxconn=3"
      case ..<98: "\(key)=1\rvm/a=2"
      default: ["", "   ", "=", "=5", "-", "--", "junk line", "\\", "/=1", "-=2"].random(&random)
      }
    var bytes = Array(text.utf8)
    // Bytes that are no UTF-8.
    if Int.random(in: 0..<50, using: &random) == 0 { bytes.append(0xff) }
    return bytes
  }

  private static func key(_ random: inout some RandomNumberGenerator) -> String {
    if Int.random(in: 0..<10, using: &random) < 3 {
      let pattern = patterns.random(&random)
      return Bool.random(using: &random) ? pattern : swapped(pattern)
    }
    let key = keys.random(&random)
    return switch Int.random(in: 0..<100, using: &random) {
    case ..<45: swapped(key)
    case ..<83: key
    case ..<87: "/" + key
    case ..<90: "vm/./" + key.split(separator: "/").last.map(String.init)!
    case ..<92: "net//" + key.dropFirst(4)
    case ..<94: "." + swapped(key)
    case ..<96: "/proc/sys/" + key
    case ..<98: "net/../" + key
    default: key + "/"
    }
  }

  private static func swapped(_ key: String) -> String {
    String(key.map { $0 == "/" ? "." : $0 == "." ? "/" : $0 })
  }
}

extension Array {
  fileprivate func random(_ random: inout some RandomNumberGenerator) -> Element {
    self[Int.random(in: indices, using: &random)]
  }
}

/// SplitMix64: the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
