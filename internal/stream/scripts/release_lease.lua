-- Gives a lease back, where it is still held.
--
-- KEYS[1]  lease: see lease.lua
-- ARGV[1]  token of the one who holds it
-- Returns 1 where it was held, else 0.
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
