-- Takes or renews a lease.
--
-- KEYS[1]  lease
-- ARGV[1]  token of the one who asks
-- ARGV[2]  duration in milliseconds
-- Returns 1 where the lease is held now, 0 where another holds it.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return 1
end
return 0
