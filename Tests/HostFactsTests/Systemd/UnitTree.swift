import Glibc
import TestSupport

/// Unit files, drop-ins and links made up from a seed. Names begin with a tag of the tree, so that
/// many trees can share one systemd.
struct UnitTree {
  struct Item: Hashable {
    var path: String
    var text: String = ""
    var link: String?
  }

  let tag: String
  /// Names that are asked for.
  let names: [String]
  var items: [Item]

  static let places = ["etc/systemd/system", "run/systemd/system", "usr/lib/systemd/system"]

  /// - Parameter type: `service` or `socket`.
  init(seed: UInt64, tag: String) {
    var random = SeededRandom(state: seed)
    self.tag = tag
    let type = random.chance(0.6) ? "service" : "socket"
    let stems = ["", "-b", "-b-c", "-", "t@", "-t@", "-b-t@"].map { tag + $0 } + ["-\(tag)"]
    let instances = ["i", random.pick(["i-j", "q\\x2dr"])]
    let chosen = random.sample(stems, 2)
    var candidates = chosen.map { "\($0).\(type)" }
    for stem in chosen where stem.hasSuffix("@") {
      candidates.append("\(stem)\(random.pick(instances)).\(type)")
    }
    var writer = UnitText(type: type, tag: tag)
    var items: [Item] = []
    let places =
      Self.places + (random.chance(0.2) ? ["etc/systemd/system.control"] : [])
      + (random.chance(0.2) ? ["usr/local/lib/systemd/system"] : [])
    for place in places {
      for name in random.sample(candidates, random.below(4)) {
        let path = "\(place)/\(name)"
        switch random.below(40) {
        case 0: items.append(Item(path: path, link: "/dev/null"))
        case 1: items.append(Item(path: path))
        case 2: items.append(Item(path: path, link: "/nowhere/\(name)"))
        case 3:
          items.append(Item(path: "opt/\(tag)/\(name)", text: writer.unit(&random)))
          items.append(Item(path: path, link: "/opt/\(tag)/\(name)"))
        case 4: items.append(Item(path: path, link: name))
        default: items.append(Item(path: path, text: writer.unit(&random)))
        }
      }
      items += Self.aliases(candidates, type, tag, in: place, &random)
      for name in random.sample(Self.dropInNames(candidates, type, tag), random.below(4)) {
        for file in random.sample(
          ["10-a.conf", "20-b.conf", "5-c.conf", "Z.conf", "a.conf", ".h.conf", "x.txt"],
          1 + random.below(2))
        {
          let path = "\(place)/\(name).d/\(file)"
          switch random.below(12) {
          case 0: items.append(Item(path: path, link: "/dev/null"))
          case 1: items.append(Item(path: path))
          default: items.append(Item(path: path, text: writer.dropIn(&random)))
          }
        }
      }
      for name in random.sample(candidates, random.below(2)) where !name.contains("@.") {
        let kind = random.pick(["wants", "requires"])
        items.append(
          Item(
            path: "\(place)/\(tag)x.target.\(kind)/\(name)",
            link: random.pick(["../\(name)", "/usr/lib/systemd/system/\(name)", "/dev/null"])))
      }
    }
    var seen: Set<String> = []
    self.items = items.filter { seen.insert($0.path).inserted }
    var names = candidates
    for stem in chosen where stem.hasSuffix("@") {
      names += instances.map { "\(stem)\($0).\(type)" }
    }
    names += self.items.filter { $0.link != nil && Self.places.contains(directory($0.path)) }
      .map { $0.path.split(separator: "/").last.map(String.init) ?? "" }
    self.names = Set(names.filter { !$0.contains("@.") }).sorted()
  }

  private static func aliases(
    _ candidates: [String], _ type: String, _ tag: String, in place: String,
    _ random: inout SeededRandom
  ) -> [Item] {
    guard random.chance(0.4) else { return [] }
    let target = random.pick(candidates)
    // One alias a tree: systemd takes the drop-ins of several in the order of a hash.
    let plain = tag.utf8.reduce(0, { $0 + Int($1) }) % 2 == 0 ? "\(tag)al" : "\(tag)-al"
    let isTemplate = target.contains("@.")
    let isInstance = target.contains("@") && !isTemplate
    let base =
      isTemplate
      ? (random.chance(0.6) ? "\(tag)al@" : "\(tag)al@i")
      : isInstance
        ? "\(tag)al@\(target.split(separator: "@")[1].split(separator: ".")[0])"
        : plain
    let directory = random.pick(["", "/usr/lib/systemd/system/", "/etc/systemd/system/", "./"])
    return [Item(path: "\(place)/\(base).\(type)", link: "\(directory)\(target)")]
  }

  private static func dropInNames(_ candidates: [String], _ type: String, _ tag: String) -> [String]
  {
    candidates
      + ["-", "-b-", "al", "t@i", "-t@", "-@i", "-@", "-b-@", "-b-t@i-j"].map {
        "\(tag)\($0).\(type)"
      }
  }

  /// Writes it below a directory.
  func write(below root: String) throws {
    for item in items {
      let path = "\(root)/\(item.path)"
      if let link = item.link {
        var parent = ""
        for part in path.split(separator: "/").dropLast() {
          parent += "/\(part)"
          unsafe mkdir(parent, 0o755)
        }
        unsafe symlink(link, path)
      } else {
        try TextFile.write(item.text, to: path)
      }
    }
  }

  /// Removes what was written.
  func remove(below root: String) {
    for item in items { unsafe unlink("\(root)/\(item.path)") }
    // An empty /run/systemd/system would say that systemd does not run.
    for item in items where !directory(item.path).hasSuffix("/system") {
      unsafe rmdir("\(root)/\(directory(item.path))")
    }
  }

  /// How it can be made smaller: one item less, or one line less in one.
  var smaller: [UnitTree] {
    var result: [UnitTree] = []
    for index in items.indices {
      var tree = self
      tree.items.remove(at: index)
      result.append(tree)
    }
    for (index, item) in items.enumerated() {
      let lines = item.text.split(separator: "\n", omittingEmptySubsequences: false)
      guard lines.count > 2 else { continue }
      for line in lines.indices.dropLast() {
        var tree = self
        var rest = lines
        rest.remove(at: line)
        tree.items[index].text = rest.joined(separator: "\n")
        result.append(tree)
      }
    }
    return result
  }
}

extension UnitTree: CustomStringConvertible {
  var description: String {
    items.map { item in
      item.link.map { "\(item.path) -> \($0)" }
        ?? "\(item.path):\n    \(item.text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.debugDescription }.joined(separator: "\n    "))"
    }.joined(separator: "\n")
  }
}

private func directory(_ path: String) -> String {
  path.split(separator: "/").dropLast().joined(separator: "/")
}

/// SplitMix64: the same numbers on every machine.
struct SeededRandom {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
  mutating func chance(_ probability: Double) -> Bool {
    Double(below(1 << 30)) < probability * Double(1 << 30)
  }
  mutating func pick<Element>(_ all: [Element]) -> Element { all[below(all.count)] }

  mutating func sample<Element>(_ all: [Element], _ count: Int) -> [Element] {
    var rest = all
    var chosen: [Element] = []
    while chosen.count < count, !rest.isEmpty { chosen.append(rest.remove(at: below(rest.count))) }
    return chosen
  }
}
