import Glibc

@testable import HostFacts

/// What the running kernel says, read through the shell's tools and not through the code under test.
enum LiveSysctl {
  static let version = lines("uname -r").first.flatMap { KernelVersion(release: $0) }

  /// Only the initial network namespace shows host-wide settings.
  static let isInInitialNamespace = !read(["net.ipv4.tcp_mem"]).isEmpty

  /// The values of those keys that exist, in the tests' network namespace or in a fresh one.
  static func read(_ keys: [String], fresh: Bool = false) -> [String: String] {
    let paths = keys.map { "/proc/sys/" + $0.split(separator: ".").joined(separator: "/") }
    let command = (fresh ? "unshare -n " : "") + "grep -Hs '' " + paths.joined(separator: " ")
    var values: [String: String] = [:]
    for line in lines(command) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      values[key(ofPath: line[..<colon])] = String(line[line.index(after: colon)...])
    }
    return values
  }

  /// The keys below some directories of `/proc/sys/net`, in the namespaces in which they show.
  static func keys(below directories: [String], fresh: Bool = false) -> Set<String> {
    let paths = directories.map { "/proc/sys/net/\($0)" }.joined(separator: " ")
    let command = (fresh ? "unshare -n " : "") + "find \(paths) -type f 2>/dev/null"
    return Set(lines(command).map { key(ofPath: $0[...]) })
  }

  /// Dotted; an interface name with dots stays as it is, between the others.
  private static func key(ofPath path: Substring) -> String {
    path.dropFirst("/proc/sys/".count).split(separator: "/").joined(separator: ".")
  }

  private static func lines(_ command: String) -> [String] {
    guard let stream = unsafe popen(command, "r") else { return [] }
    defer { _ = unsafe pclose(stream) }
    var bytes: [UInt8] = []
    while case let byte = unsafe getc(stream), byte != EOF {
      bytes.append(UInt8(truncatingIfNeeded: byte))
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
