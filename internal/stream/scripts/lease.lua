-- Takes or renews a lease, by the clock of the server. The end of the lease is
-- kept as a value, since the embedded server does not expire keys by itself.
--
-- KEYS[1]  lease: a hash of its holder's token and its end in Unix milliseconds
-- ARGV[1]  token of the one who asks
-- ARGV[2]  duration in milliseconds
-- Returns 1 where the lease is held now, 0 where another holds it.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local lease = redis.call('HMGET', KEYS[1], 'token', 'end')
if lease[1] and lease[1] ~= ARGV[1] and now < tonumber(lease[2]) then
  return 0
end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'end', string.format('%.0f', now + tonumber(ARGV[2])))
return 1
