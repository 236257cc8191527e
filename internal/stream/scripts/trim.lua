-- Removes the entries before an id, for the embedded server: it removes by id one
-- at a time, moving all others each time, but by length at once. So where few are
-- kept they are counted. Other servers need only XTRIM MINID.
--
-- KEYS[1]  stream
-- ARGV[1]  id of the first entry to keep
-- ARGV[2]  how many entries are few
-- Returns the number of entries removed.
local kept = #redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])
if kept < tonumber(ARGV[2]) then
  return redis.call('XTRIM', KEYS[1], 'MAXLEN', kept)
end
return redis.call('XTRIM', KEYS[1], 'MINID', ARGV[1])
