internal import CEL
internal import Glibc
internal import JSON

/// A recorded host, as its `recording.json` tells.
public struct Recording: Sendable {
  /// When it was recorded, as ISO 8601 in UTC.
  public var time: String { file.recorded }
  /// Version of the Sockwise that wrote it.
  public var tool: String { file.tool }
  public var isAnonymized: Bool { file.anonymized }

  let file: RecordingFile
  private let absent: Set<String>
  private let directories: Set<String>
  private let unreadable: [String: Unreadable]
  private let notFiles: [String: String]

  static let path = "/recording.json"
  /// A file that is there until the recording is whole.
  static let unfinished = "/recording.unfinished"

  init(_ file: RecordingFile) {
    self.file = file
    absent = Set(file.absent)
    directories = Set(file.directories)
    unreadable = Dictionary(
      file.unreadable.map { ($0.path, $0.why.unreadable) }, uniquingKeysWith: { first, _ in first })
    notFiles = Dictionary(
      file.notFiles.map { ($0.path, $0.why.reason) }, uniquingKeysWith: { first, _ in first })
  }

  /// Nil where the directory is no recording.
  static func read(_ root: HostRoot) throws(RecordingFailure) -> Recording? {
    let name = "'\(root.path)/recording.json'"
    switch root.bytes(path, limit: 8 << 20) {
    case .absent:
      // To take it for an image would be to say that nothing is wrong with the host.
      if [unfinished, "/sock_diag", RecordedOwners.path].contains(where: { root.has($0) }) {
        throw RecordingFailure(
          "'\(root.path)' is an incomplete recording: it has no recording.json; record again")
      }
      return nil
    case .unavailable(let why): throw RecordingFailure("\(why.reason), in '\(root.path)'")
    case .value(let bytes, _):
      let version = try RecordingJSON.decode(Version.self, bytes, name).schema
      guard version == RecordingFile.format else {
        throw RecordingFailure(
          "\(name) has the format '\(version.prefix(40))'; this Sockwise reads "
            + "'\(RecordingFile.format)'")
      }
      return Recording(try RecordingJSON.decode(RecordingFile.self, bytes, name))
    }
  }

  /// Read first, since only it tells what the rest is.
  private struct Version: JSONConvertible {
    var schema: String

    init(_ json: JSON) throws(JSONError) { schema = try json.member("schema") }
    func write(to writer: inout JSONWriter) { writer.object { $0.member("schema", schema) } }
  }

  /// What a file gives that is not in the recording.
  func reading<Value>(ofMissing path: String) -> Reading<Value> {
    if absent.contains(path) { return .absent("there is no '\(path)'") }
    return .unavailable(unreadable[path] ?? .init("the recording has no '\(path)'"))
  }

  /// What a path names of which the recording has no file.
  func status(ofMissing path: String) throws(ReadFailure) -> HostRoot.Status {
    if directories.contains(path) { return .init(kind: .directory, device: 0, inode: 0, size: 0) }
    throw absent.contains(path) ? .system(ENOENT) : .notRecorded
  }

  /// Why nothing was read of what stood in the place of a file, of which the recording has an empty
  /// one; nil for files.
  func notAFile(_ path: String) -> String? { notFiles[path] }

  /// Why a file or directory could not be read; nil where it was.
  func whyUnreadable(_ path: String) -> Unreadable? { unreadable[path] }

  /// Names of the files of a directory that could not be read.
  func unreadable(in directory: String) -> [String] {
    unreadable.keys.compactMap { path in
      guard path.hasPrefix("\(directory)/") else { return nil }
      let name = path.dropFirst(directory.count + 1)
      return name.isEmpty || name.contains("/") ? nil : String(name)
    }
  }

  static let noUnits =
    "the recording does not tell of units: anonymous ones do not, nor do those of earlier versions"

  /// Whether a reason why something is missing says that the recording was made without
  /// configuration files, which is no gap: the host was not read for them.
  public static func isWithoutConfiguration(_ reason: String) -> Bool {
    reason == "the recording has no '/etc/sysctl.d'"
  }

  /// Why it tells nothing of sockets; nil where it does.
  var whyNoSockets: Unreadable? {
    if file.socketTables == nil { return .init("the recording has no socket tables") }
    return file.byteOrder == RecordingFile.byteOrder
      ? nil
      : .init("the recorded socket tables are those of a machine of the other byte order")
  }

  /// Name of an interface of the recorded host.
  func interfaceName(_ index: UInt32) -> String? { file.interfaces["\(index)"] }
}
