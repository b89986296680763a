#pragma once

#include <string>

#include "codec/json/batch_writer.h"

namespace pulter::json {

/// The constant texts around the rows of one import's bodies.
struct EnvelopeText {
  std::string head;         ///< up to the batch index
  std::string after_index;  ///< up to and with `"data":[`
  std::string tail;         ///< from `]` on
};

[[nodiscard]] EnvelopeText make_envelope_text(const Envelope& envelope);

}  // namespace pulter::json
