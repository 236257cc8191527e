-- Tells how many events webhooks could take now, without taking anything.
--
-- KEYS     a set of slots for each webhook, then a condition for each
-- ARGV[1]  now, in Unix milliseconds, or empty for the clock of the server
-- ARGV[2]  when to ask again where slots are short, in milliseconds
-- ARGV[3]  when to ask again while a probe is under way, in milliseconds
-- ARGV     then for each webhook: the limit and the rate a second
-- Returns for each webhook how many, and in how many milliseconds to ask again.
local now, webhooks = clock(ARGV[1]), #KEYS / 2
local conditions = redis.call('MGET', unpack(KEYS, webhooks + 1))
local answers = {}
for w = 1, webhooks do
  local limit, rate = tonumber(ARGV[2 + 2 * w]), tonumber(ARGV[3 + 2 * w])
  local c = readCondition(conditions[w], -math.huge)
  local room = limitOf(limit, c) - redis.call('ZCOUNT', KEYS[w], string.format('(%.0f', now), '+inf')
  local again, shut = tonumber(ARGV[2]), shutFor(c, KEYS[w], now, tonumber(ARGV[3]))
  if shut then
    room = shut > 0 and 0 or math.min(room, 1)
    again = shut > 0 and shut or tonumber(ARGV[3])
  end
  if rate > 0 then
    local from, interval, burst = allowedFrom(c, rate)
    room = math.min(room, burst, math.floor((now - from) / interval) + 1)
    again = shut and again or from > now and from - now or burst * interval
  end
  answers[#answers + 1] = math.max(room, 0)
  answers[#answers + 1] = math.ceil(again)
end
return answers
