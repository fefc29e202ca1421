import Glibc
import Synchronization

@testable import HostFacts

/// The files of a recorded host that one input holds, in a directory of this process.
///
/// Only files with a name from the list are made: an input must not write elsewhere.
struct RecordingFiles {
  let directory: String
  /// The replies of sock_diag(7).
  let replies: [[UInt8]]
  /// The files that the input itself has; the others are as they always are.
  let given: Set<String>

  /// Writes what differs from the last input's files, which is little.
  static func write(_ bytes: [UInt8]) -> RecordingFiles {
    let contents = parse(bytes)
    state.withLock { written in
      for (name, path) in paths {
        let content = contents[name] ?? defaults[name]
        guard content != written[name] else { continue }
        written[name] = content
        replace("\(directory)/\(path)", content)
      }
    }
    return .init(
      directory: directory, replies: contents.filter { $0.key.hasSuffix(".bin") }.map(\.value),
      given: Set(contents.keys.filter { paths[$0] != nil }))
  }

  /// What stands after each line `@@NAME`; of two with one name the first.
  private static func parse(_ bytes: [UInt8]) -> [String: [UInt8]] {
    let mark = UInt8(ascii: "@")
    let newline = UInt8(ascii: "\n")
    var heads: [Int] = []
    for index in bytes.indices where bytes[index] == mark {
      guard index + 1 < bytes.count, bytes[index + 1] == mark else { continue }
      if index == 0 || bytes[index - 1] == newline { heads.append(index) }
    }
    var result: [String: [UInt8]] = [:]
    for (number, head) in heads.enumerated() {
      let end = number + 1 < heads.count ? heads[number + 1] - 1 : bytes.count
      guard let line = bytes[head..<end].firstIndex(of: newline) else { continue }
      let name = String(decoding: bytes[head + 2..<line], as: UTF8.self)
      if result[name] == nil { result[name] = Array(bytes[line + 1..<end]) }
    }
    return result
  }

  private static func replace(_ path: String, _ content: [UInt8]?) {
    guard let content else {
      unsafe unlink(path)
      return
    }
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    let count = unsafe content.withUnsafeBytes {
      unsafe Glibc.write(file, $0.baseAddress, $0.count)
    }
    require(count == content.count, "'\(path)' cannot be written")
    close(file)
  }

  static let parameters: Set<String> = [
    "ip_local_port_range", "ip_local_reserved_ports", "tcp_tw_reuse", "tcp_timestamps",
  ]

  private static let state = Mutex<[String: [UInt8]]>([:])

  /// Removed by the script that starts this program.
  static let directory: String = {
    let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/sockwise-fuzz-XXXXXX".utf8CString)
    require(unsafe mkdtemp(&template) != nil, "no directory can be made in '\(parent)'")
    let directory = String(
      decoding: template.dropLast().lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
    for folder in folders { unsafe mkdir("\(directory)/\(folder)", 0o700) }
    return directory
  }()

  private static let folders = [
    "sock_diag", "proc", "proc/1", "proc/net", "proc/sys", "proc/sys/kernel", "proc/sys/net",
    "proc/sys/net/core", "proc/sys/net/ipv4", "second", "second/proc", "second/proc/net",
  ]

  /// Where the files go, by the names that they have in an input.
  private static let paths: [String: String] = {
    var paths = [
      "recording.json": "recording.json", "sockets.json": "sockets.json",
      "units.json": "units.json",
      "hostname": "proc/sys/kernel/hostname", "osrelease": "proc/sys/kernel/osrelease",
      "comm": "proc/1/comm", "somaxconn": "proc/sys/net/core/somaxconn",
      "second": "second/proc/net/netstat",
    ]
    for dump in SockDiagDump.allCases { paths[dump.fileName] = "sock_diag/\(dump.fileName)" }
    for name in ["netstat", "snmp", "sockstat", "tcp", "tcp6", "udp", "udp6"] {
      paths[name] = "proc/net/\(name)"
    }
    for name in parameters { paths[name] = "proc/sys/net/ipv4/\(name)" }
    return paths
  }()

  /// For inputs that say nothing of it: most of them should be recordings.
  private static let defaults: [String: [UInt8]] = [
    "recording.json": Array(
      """
      {"absent": [], "anonymized": false, "byte_order": "\(RecordingFile.byteOrder)",
       "directories": ["/run/systemd/system"], "host_is_initial": {"value": true},
       "interfaces": {"2": "eth0"}, "namespace": {"inode": {"value": 1}, "kind": "own",
       "is_initial": {"value": true}, "is_pid1": {"value": true}, "name": {"absent": "none"}},
       "namespaces": [{"audited": true, "inode": 1, "kind": "own"}],
       "recorded": "2026-01-01T00:00:00Z", "sample_seconds": 1, "tool": "0.1.0",
       "schema": "\(RecordingFile.format)", "unreadable": [],
       "socket_tables": {"coverage": {}, "refusals": {}}}
      """.utf8),
    // A wide range takes most of the time.
    "ip_local_port_range": Array("32768\t33023\n".utf8), "tcp_tw_reuse": Array("2\n".utf8),
    "tcp_timestamps": Array("1\n".utf8), "osrelease": Array("6.12.0-1-amd64\n".utf8),
  ]
}
