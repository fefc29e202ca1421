internal import YAML

// A profile of TuneD, `tuned.conf`, that a repository ships. Which of them is active is not known, so
// each is judged by itself.
extension ForeignFile {
  mutating func readTunedProfile() {
    for option in TunedProfile.options(source.text(0..<source.scalars.count), path: source.path) {
      if option.isTemplated {
        addTemplated()
      } else if let statement = option.statement {
        add(statement)
      }
    }
  }
}
