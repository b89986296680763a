#pragma once

#include "engine/control/request.h"
#include "engine/control/response.h"
#include "io/task.h"

// The calls of the API (contract, section 7): one file per resource, each handler reads top to bottom.

namespace pulter::control {

// importers.cpp
io::Task<Response> create_importer(Context& context);
io::Task<Response> list_importers(Context& context);
io::Task<Response> show_importer(Context& context);
io::Task<Response> update_importer(Context& context);
io::Task<Response> delete_importer(Context& context);

// webhooks.cpp
io::Task<Response> create_webhook(Context& context);
io::Task<Response> list_webhooks(Context& context);
io::Task<Response> show_webhook(Context& context);
io::Task<Response> update_webhook(Context& context);
io::Task<Response> delete_webhook(Context& context);

// webhook_secret.cpp
io::Task<Response> show_secret(Context& context);
io::Task<Response> rotate_secret(Context& context);
io::Task<Response> test_webhook(Context& context);

// import_create.cpp
io::Task<Response> create_import(Context& context);
io::Task<Response> put_content(Context& context);

// uploads.cpp
io::Task<Response> create_upload(Context& context);

// imports.cpp
io::Task<Response> list_imports(Context& context);
io::Task<Response> show_import(Context& context);
io::Task<Response> pause_import(Context& context);
io::Task<Response> resume_import(Context& context);
io::Task<Response> cancel_import(Context& context);

// import_content.cpp
io::Task<Response> show_content(Context& context);
io::Task<Response> show_rows(Context& context);

// import_errors.cpp
io::Task<Response> list_row_errors(Context& context);
io::Task<Response> show_errors_csv(Context& context);

// resends.cpp
io::Task<Response> resend_events(Context& context);
io::Task<Response> show_resend(Context& context);
io::Task<Response> stop_resend(Context& context);

// events.cpp
io::Task<Response> list_events(Context& context);
io::Task<Response> show_event(Context& context);
io::Task<Response> list_attempts(Context& context);
io::Task<Response> show_event_body(Context& context);
io::Task<Response> resend_event(Context& context);

// health.cpp
io::Task<Response> show_health(Context& context);
io::Task<Response> show_readiness(Context& context);
io::Task<Response> show_metrics(Context& context);

// stream.cpp
io::Task<Response> live_stream(Context& context);

// check.cpp
io::Task<Response> check_file(Context& context);

// figures.cpp
io::Task<Response> show_stats(Context& context);
io::Task<Response> show_batches(Context& context);
io::Task<Response> show_timeline(Context& context);

// tokens.cpp
io::Task<Response> create_token(Context& context);
io::Task<Response> list_tokens(Context& context);
io::Task<Response> delete_token(Context& context);

// session.cpp
io::Task<Response> create_session(Context& context);
io::Task<Response> show_session(Context& context);
io::Task<Response> delete_session(Context& context);

// explain.cpp
io::Task<Response> explain_url(Context& context);

}  // namespace pulter::control
