#include <vector>

#include "codec/json/writer.h"
#include "codec/sign/signature.h"
#include "io/terminal.h"
#include "tools/pulter/command_offline.h"

namespace pulter::tool {

ExitCode run_verify(Context& context, const VerifyOptions& options) {
  std::vector<sign::Secret> secrets;
  for (const std::string& text : options.secrets)
    secrets.push_back(value_or_throw(sign::Secret::parse(text)));
  std::string body;
  std::vector<char> piece(1 << 16);
  const io::blocking::Descriptor input(io::blocking::standard_input);
  while (true) {
    const std::size_t count = value_or_throw(io::blocking::receive(input, piece)).value_or(0);
    if (count == 0) break;
    body.append(piece.data(), count);
  }
  const std::int64_t tolerance_s = options.any_time ? -1 : sign::default_tolerance_s;
  const Result<> verdict = sign::verify(secrets, options.id, options.timestamp, body, options.signature,
                                        io::wall_ns() / 1'000'000'000, tolerance_s);
  if (context.json) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().field("verified", verdict.has_value());
    if (!verdict) writer.field("detail", verdict.error().detail);
    writer.end_object();
    print(out + "\n");
    return verdict ? ExitCode::delivered : ExitCode::failed;
  }
  if (!verdict) throw Failure(verdict.error());
  print("The signature is right: the body came from who has the secret, and nobody changed it.\n");
  return ExitCode::delivered;
}

}  // namespace pulter::tool
