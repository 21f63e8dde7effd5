// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/credential.h"
#include "db/store/database.h"

/// OAuth 1.0a: consumers, request tokens, access tokens. Ending an access token notifies the topic
/// "identity".
namespace virga::store::oauth1 {

std::optional<model::OauthConsumer> find_consumer(ReadTx& tx, const std::string& id);
std::vector<model::OauthConsumer> list_consumers(ReadTx& tx);
void insert_consumer(WriteTx& tx, const model::OauthConsumer& consumer);
/// Description and extra.  @throws Error{not_found}
void update_consumer(WriteTx& tx, const model::OauthConsumer& consumer);
/// Ends its tokens, too.  @throws Error{not_found}
void erase_consumer(WriteTx& tx, const std::string& id);

std::optional<model::OauthRequestToken> find_request_token(ReadTx& tx, const std::string& id);
/// Removes those that expired before `now_us`, too.
void insert_request_token(WriteTx& tx, const model::OauthRequestToken& token, TimeUs now_us);
/// User, verifier and roles.  @throws Error{not_found}
void authorize_request_token(WriteTx& tx, const model::OauthRequestToken& token);
/// @return false when there was none: somebody else used it
bool erase_request_token(WriteTx& tx, const std::string& id);

std::optional<model::OauthAccessToken> find_access_token(ReadTx& tx, const std::string& id);
std::vector<model::OauthAccessToken> list_access_tokens(ReadTx& tx, const std::string& user_id);
void insert_access_token(WriteTx& tx, const model::OauthAccessToken& token);
/// @throws Error{not_found}
void erase_access_token(WriteTx& tx, const std::string& id);

}  // namespace virga::store::oauth1
