internal import CEL
internal import JSON

/// `units.json`: what the units of a host were made of.
struct RecordedUnits: Sendable {
  /// What is in a directory; `entries` is nil where that could not be read.
  struct Directory: Sendable {
    var path: String
    var entries: [UnitDirectoryEntry]?
    var gap: RecordedReason?
  }

  /// A file, what masks a unit, or what could not be read.
  struct File: Sendable {
    var path: String
    /// An excerpt, see ``UnitExcerpt``; empty for a mask.
    var text: String?
    var gap: RecordedReason?
  }

  struct Link: Sendable {
    var path: String
    var target: String
  }

  /// Whether processes ran in a unit's control group.
  struct Activity: Sendable {
    var unit: String
    var isActive: Bool
  }

  /// What kept a socket unit from its ports.
  struct Takers: Sendable {
    var unit: String
    var takers: [PortTaker]
    /// Why there may be more.
    var gap: RecordedReason?
  }

  /// Of systemd.
  var version: Int?
  var directories: [Directory] = []
  var files: [File] = []
  var links: [Link] = []
  var activity: [Activity] = []
  /// Why not all are told of.
  var activityGap: RecordedReason?
  var takers: [Takers] = []
  /// Why nothing is recorded.
  var gap: RecordedReason?

  static let path = "/units.json"
  /// Excerpts of some 2,000 files are 1 MB.
  static let limit = 64 << 20

  /// Unavailable where the recording has none.
  static func read(_ root: HostRoot) -> Reading<RecordedUnits> {
    guard root.has(path) else { return .unavailable(.init(Recording.noUnits)) }
    return root.bytes(path, limit: limit).flatMap { bytes, origin in
      do throws(RecordingFailure) {
        let units = try RecordingJSON.decode(RecordedUnits.self, bytes, "'units.json'")
        return units.gap.map { .unavailable($0.unreadable) } ?? .value(units, origin)
      } catch {
        return .unavailable(.init(error.description))
      }
    }
  }

  /// Sorted, so that a host gives one file.
  var sorted: RecordedUnits {
    var units = self
    units.directories.sort { $0.path < $1.path }
    for index in units.directories.indices {
      units.directories[index].entries?.sort { $0.name < $1.name }
    }
    units.files.sort { $0.path < $1.path }
    units.links.sort { $0.path < $1.path }
    units.activity.sort { $0.unit < $1.unit }
    units.takers.sort { $0.unit < $1.unit }
    return units
  }

  var unitActivity: UnitActivity {
    var result = UnitActivity()
    for unit in activity { result.units[unit.unit] = unit.isActive }
    result.gap = activityGap?.unreadable
    return result
  }
}

extension PartialList<Unit> {
  /// With what was recorded of connections on the ports of socket units.
  func taking(_ takers: [RecordedUnits.Takers]) -> PartialList<Unit> {
    let byUnit = Dictionary(
      takers.map { ($0.unit, $0) }, uniquingKeysWith: { first, _ in first })
    var units = self
    for index in units.elements.indices {
      guard let takers = byUnit[units.elements[index].name] else { continue }
      units.elements[index].takers = PartialList<PortTaker>(
        takers.takers, rest: takers.gap?.unreadable)
    }
    return units
  }

  /// What is to be recorded of them.
  var recordedTakers: [RecordedUnits.Takers] {
    elements.compactMap { unit in
      unit.takers.elements.isEmpty && unit.takers.rest == nil
        ? nil
        : .init(
          unit: unit.name, takers: unit.takers.elements,
          gap: unit.takers.rest.map(RecordedReason.init))
    }
  }
}

/// Unit files of a host whose excerpts go into a recording.
final class ObservedUnitFiles: UnitFiles {
  private let files: any UnitFiles
  private var seen = RecordedUnits()
  private var paths: Set<String> = []

  init(_ files: any UnitFiles) { self.files = files }

  /// What was seen, with what else tells of the units. Where they were not read to the end for
  /// another reason than a directory, nothing tells which ones were.
  func recorded(version: Int?, _ activity: UnitActivity?, gap: Unreadable?) -> RecordedUnits {
    var units = RecordedUnits()
    if let gap, seen.directories.allSatisfy({ $0.gap == nil }) {
      units.gap = RecordedReason(gap)
      return units
    }
    units = seen
    units.version = version
    units.activity = (activity?.units ?? [:]).map { .init(unit: $0.key, isActive: $0.value) }
    units.activityGap = activity?.gap.map(RecordedReason.init)
    return units
  }

  func shown(_ path: String) -> String { files.shown(path) }

  func entries(_ path: String) throws(Unreadable) -> [UnitDirectoryEntry]? {
    let isNew = paths.insert(path + "/").inserted
    do throws(Unreadable) {
      let entries = try files.entries(path)
      if let entries, isNew {
        seen.directories.append(.init(path: path, entries: entries, gap: nil))
      }
      return entries
    } catch {
      if isNew {
        seen.directories.append(.init(path: path, entries: nil, gap: RecordedReason(error)))
      }
      throw error
    }
  }

  func link(_ path: String) -> String? {
    let target = files.link(path)
    if let target, paths.insert(path + "@").inserted {
      seen.links.append(.init(path: path, target: target))
    }
    return target
  }

  func content(_ path: String) -> UnitContent {
    let content = files.content(path)
    guard paths.insert(path).inserted else { return content }
    switch content {
    case .missing: break
    case .mask: seen.files.append(.init(path: path, text: "", gap: nil))
    case .unreadable(let why):
      seen.files.append(.init(path: path, text: nil, gap: RecordedReason(why)))
    case .bytes(let bytes):
      let text = UnitExcerpt(of: bytes)?.text
      seen.files.append(
        .init(
          path: path, text: text,
          gap: text == nil ? RecordedReason(.init("a line is 1 MiB long or longer")) : nil))
    }
    return content
  }
}

/// Unit files of a recorded host.
final class RecordedUnitFiles: UnitFiles {
  private let directories: [String: RecordedUnits.Directory]
  private let files: [String: RecordedUnits.File]
  private let links: [String: String]

  init(_ units: RecordedUnits) {
    directories = Dictionary(
      units.directories.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    files = Dictionary(units.files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    links = Dictionary(
      units.links.map { ($0.path, $0.target) }, uniquingKeysWith: { first, _ in first })
  }

  func entries(_ path: String) throws(Unreadable) -> [UnitDirectoryEntry]? {
    guard let directory = directories[path] else { return nil }
    if let gap = directory.gap { throw gap.unreadable }
    return directory.entries
  }

  func link(_ path: String) -> String? { links[path] }

  func content(_ path: String) -> UnitContent {
    guard let file = files[path] else { return .missing }
    if let gap = file.gap { return .unreadable(gap.unreadable) }
    let text = file.text ?? ""
    return text.isEmpty ? .mask : .bytes(Array(text.utf8))
  }
}
