internal import YAML

// `sysctl.KEY=VALUE` on the kernel's command line, as /etc/default/grub sets it.
// Documentation/admin-guide/kernel-parameters.txt of Linux
extension ForeignFile {
  mutating func readGrub() {
    var number = 1
    while let line = source.range(ofLine: number) {
      number += 1
      let name = source.text(line.prefix(64))
      if name.hasPrefix("GRUB_CMDLINE_LINUX") { readParameters(in: line) }
    }
  }

  private mutating func readParameters(in line: Range<Int>) {
    let parting: Set<Unicode.Scalar> = [" ", "\t", "\"", "'", "\r"]
    guard let equals = line.first(where: { source.scalars[$0] == "=" }) else { return }
    var rest = equals + 1..<line.upperBound
    while !rest.isEmpty {
      rest = rest.drop { parting.contains(source.scalars[$0]) }
      let word = rest.prefix { !parting.contains(source.scalars[$0]) }
      rest = rest.dropFirst(word.count)
      let prefix = source.text(word.prefix(7))
      guard prefix == "sysctl." || prefix == "sysctl/",
        let equals = word.first(where: { source.scalars[$0] == "=" })
      else { continue }
      let key = word.lowerBound + 7..<equals
      let value = equals + 1..<word.upperBound
      let text = (key: source.text(key), value: source.text(value))
      if text.key.hasVariables || text.value.utf8.contains(UInt8(ascii: "$")) {
        addTemplated()
      } else {
        add(
          .commandLine, key: Text(text: text.key, range: key),
          value: Text(text: text.value, range: value))
      }
    }
  }
}
