/// One mount, a line of `/proc/self/mountinfo` (proc(5)).
struct MountInfo: Hashable, Sendable {
  /// The part of the file system that is mounted, such as "/" or "net:[4026532457]".
  var root: String
  /// Where.
  var path: String
  /// Type of file system, such as "cgroup2" or "nsfs".
  var type: String
  /// Options of the mount and of the file system.
  var options: [String]

  /// Reads all lines; what is not such a line is skipped.
  static func parse(_ text: String) -> [MountInfo] {
    lines(text).compactMap { line in
      let fields = words(line)
      // 36 35 98:0 /root /path options [tags…] - type source options
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, dash + 1 < fields.count else {
        return nil
      }
      let more = dash + 3 < fields.count ? fields[dash + 3] : ""
      return MountInfo(
        root: unescaped(fields[3]), path: unescaped(fields[4]), type: String(fields[dash + 1]),
        options: (fields[5].split(separator: ",") + more.split(separator: ",")).map(String.init))
    }
  }

  /// The kernel writes blanks and backslashes as three octal digits: `\040`.
  private static func unescaped(_ text: Substring) -> String {
    var result: [UInt8] = []
    var rest = text.utf8
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), let code = UInt8(Substring(rest.prefix(3)), radix: 8),
        rest.prefix(3).count == 3
      {
        result.append(code)
        rest = rest.dropFirst(3)
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
